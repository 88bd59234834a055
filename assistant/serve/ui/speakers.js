// The speakers view: it is asked for when the address comes to it; a speaker's name then takes the focus.
let chosen = false; // a person has just chosen something, so that the focus may go there
let first = true;

window.addEventListener('shown', (event) => {
  if (event.detail.view !== 'speakers') return;
  chosen = !first;
  first = false;
  act('visit', { address: event.detail.address });
});
window.addEventListener('hashchange', () => {
  first = false;
});

element.addEventListener('click', (event) => {
  const said = event.target.closest('a[href^="#said-"]');
  if (!said) return;
  event.preventDefault();
  act('said', { anchor: said.getAttribute('href').slice(1) });
});

watch('value', () => {
  const article = document.querySelector('#reading .article');
  for (const link of element.querySelectorAll('a.said')) {
    if (article && link.getAttribute('href') === '#' + article.dataset.shown) link.setAttribute('aria-current', 'true');
  }
  const heading = element.querySelector('.chosen h2');
  const awaited = window.location.hash.startsWith('#speaker=') === Boolean(heading);
  if (!chosen || !awaited) return;
  chosen = false;
  element.closest('#spoken').scrollTop = 0;
  const lost = document.activeElement === document.body || !document.activeElement.checkVisibility();
  if (heading && lost) heading.focus({ preventScroll: true });
});
