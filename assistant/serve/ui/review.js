// What is typed stays in this browser until its question is decided: a reload loses nothing.
const KEPT = 'article-assistant-review';

window.addEventListener('shown', (event) => {
  if (event.detail.view === 'evaluation' && event.detail.address === 'review') act('look');
});

element.addEventListener('input', (event) => {
  const form = event.target.closest('form.draft');
  if (form) localStorage.setItem(KEPT, JSON.stringify({ id: form.dataset.id, fields: fields(form) }));
});

watch('value', () => {
  const form = element.querySelector('form.draft');
  const kept = JSON.parse(localStorage.getItem(KEPT) || '{}');
  if (!form || kept.id !== form.dataset.id) return;
  for (const field of form.elements) {
    if (field.type === 'checkbox') field.checked = field.name in kept.fields;
    else if (field.name in kept.fields) field.value = kept.fields[field.name];
  }
});
