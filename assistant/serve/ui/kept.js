// The list of conversations is asked for anew whenever it is shown.
window.addEventListener('shown', (event) => {
  if (event.detail.view === 'conversations') act('visit');
});
