// The evaluation page and the review page share a column; the address says which of them is shown.
window.addEventListener('shown', (event) => {
  if (event.detail.view !== 'evaluation') return;
  document.body.dataset.part = event.detail.address === 'review' ? 'review' : 'evaluation';
  if (document.body.dataset.part === 'evaluation') act('visit');
});

// A question set is uploaded as soon as it is chosen.
element.addEventListener('change', async (event) => {
  if (event.target.type !== 'file' || !event.target.files.length) return;
  const file = event.target.files[0];
  event.target.value = '';
  try {
    act('take', { files: JSON.stringify([[(await upload(file)).path, file.name]]) });
  } catch (error) {
    say('upload_failed');
  }
});
