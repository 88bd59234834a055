// The settings page; the language of the interface is this browser's own and is kept in a cookie.
window.addEventListener('shown', (event) => {
  if (event.detail.view === 'settings') act('visit');
});
element.addEventListener('change', (event) => {
  if (event.target.dataset.do !== 'speak') return;
  const path = window.location.pathname;
  document.cookie = `assistant_words=${event.target.value}; path=${path}; SameSite=Lax; max-age=31536000`;
  window.location.reload();
});
