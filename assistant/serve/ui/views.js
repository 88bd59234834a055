// The address says what is shown: `#speakers`, `#speaker=NAME&index=INDEX`, `#library`, `#article=ID`, `#conversations`,
// `#conversation=ID`, `#settings` and whatever else there is a link for, else the conversation.
const rail = document.getElementById('rail');
const links = () => [...element.querySelectorAll('a[data-view]')];
const viewOf = (address) => {
  const name = address.split(/[=&]/)[0];
  if (name === 'speaker') return 'speakers';
  if (name === 'article') return 'library';
  if (name === 'review') return viewOf('evaluation');
  return links().some((link) => link.dataset.view === name) ? name : 'ask';
};
const conversationIn = (address) => (address.startsWith('conversation=') ? address.slice(13) : '');

const unfold = (open) => {
  rail.classList.toggle('unfolded', open);
  const button = element.querySelector('.menu');
  if (button) button.setAttribute('aria-expanded', String(open));
};
const markCurrent = () => {
  for (const link of links()) {
    if (link.dataset.view === document.body.dataset.view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
};

const visitView = () => {
  const address = window.location.hash.slice(1);
  const view = viewOf(address);
  document.body.dataset.view = view;
  markCurrent();
  unfold(false);
  const conversation = conversationIn(address);
  if (conversation && conversation !== document.body.dataset.conversation) {
    document.body.dataset.conversation = conversation;
    act('resume', { id: conversation });
  }
  window.dispatchEvent(new CustomEvent('shown', { detail: { view, address } }));
};

const speak = () => {
  const { lang, dir } = element.querySelector('nav');
  document.documentElement.lang = lang;
  document.documentElement.dir = dir;
};
speak();

element.addEventListener('click', (event) => {
  if (event.target.closest('.menu')) unfold(!rail.classList.contains('unfolded'));
  else if (event.target.closest('a[aria-current]')) unfold(false);
});
document.addEventListener('click', (event) => !rail.contains(event.target) && unfold(false));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !rail.classList.contains('unfolded')) return;
  unfold(false);
  element.querySelector('.menu').focus();
});
window.addEventListener('hashchange', visitView);
watch('value', () => {
  const view = viewOf(window.location.hash.slice(1)); // an admin is offered more than was there at first
  if (view !== document.body.dataset.view) visitView();
  markCurrent();
  unfold(rail.classList.contains('unfolded'));
  speak();
});

// Only what the address holds is asked for, and only once the page stands.
setTimeout(() => {
  const conversation = conversationIn(window.location.hash.slice(1));
  document.body.dataset.conversation = conversation;
  act('arrive', { search: window.location.search, conversation });
  if (window.location.hash) visitView();
  else document.body.dataset.view = 'ask';
});
