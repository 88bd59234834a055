// The address says what is shown: `#speakers`, `#speaker=NAME&index=INDEX`, `#library`, `#article=ID`, `#conversations`,
// `#conversation=ID`, `#evaluation`, `#review`, `#settings`, else the conversation.
const viewOf = (address) => {
  const name = address.split('=')[0];
  if (name === 'speaker') return 'speakers';
  if (name === 'article') return 'library';
  if (name === 'review') return 'evaluation';
  return ['speakers', 'library', 'conversations', 'evaluation', 'settings'].includes(name) ? name : 'ask';
};
const conversationIn = (address) => (address.startsWith('conversation=') ? address.slice(13) : '');

const visitView = () => {
  const address = window.location.hash.slice(1);
  const view = viewOf(address);
  document.body.dataset.view = view;
  for (const link of element.querySelectorAll('a')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
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

window.addEventListener('hashchange', visitView);
watch('value', () => {
  for (const link of element.querySelectorAll('a')) {
    if (link.dataset.view === document.body.dataset.view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
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
