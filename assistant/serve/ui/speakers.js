// Runs once, for the speakers view. The address says what is shown: `#speakers`, `#speaker=NAME&index=INDEX`, else the conversation.
const shownViews = () => document.querySelectorAll('#views a');
let chosen = false; // a person has just chosen something, so that the focus may go there

const visit = () => {
  const address = window.location.hash.slice(1);
  const speaking = /^speaker(s$|=)/.test(address);
  document.body.dataset.view = speaking ? 'speakers' : 'ask';
  for (const link of shownViews()) {
    if ((link.getAttribute('href') === '#speakers') === speaking) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (speaking) trigger('visit', { address });
};

window.addEventListener('hashchange', () => {
  chosen = true;
  visit();
});
if (window.location.hash) setTimeout(visit);

watch('value', () => {
  const heading = element.querySelector('.chosen h2');
  const awaited = window.location.hash.startsWith('#speaker=') === Boolean(heading);
  if (!chosen || !awaited) return;
  chosen = false;
  element.closest('#spoken').scrollTop = 0;
  const lost = document.activeElement === document.body || !document.activeElement.checkVisibility();
  if (heading && lost) heading.focus({ preventScroll: true });
});
