// A question is shown, and its box emptied, the moment that it is asked; what the server sends then takes its place.
const box = () => document.querySelector('#question textarea');
const write = (text) => {
  const area = box();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, text);
  area.dispatchEvent(new Event('input', { bubbles: true }));
};
const said = (tag, name, text) => {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
};
let lastAsked = '';

const showAsked = (text) => {
  let list = element.querySelector('ol.turns');
  if (!list) {
    list = said('ol', 'turns', '');
    element.querySelector('.welcome')?.setAttribute('hidden', '');
    element.append(list);
  }
  list.classList.add('growing');
  const turn = said('li', 'turn waiting', '');
  turn.append(said('h2', 'question', text), said('p', 'pending', document.querySelector('#views nav').dataset.reading));
  turn.firstChild.dir = 'auto';
  list.append(turn);
  showLatest();
};
const takeBack = () => {
  element.querySelector('.waiting')?.remove();
  element.querySelector('.growing')?.classList.remove('growing');
  element.querySelector('.welcome')?.removeAttribute('hidden');
};

window.asked = (text) => {
  if (element.querySelector('.growing')) return arrival();
  lastAsked = text || '';
  if (lastAsked.trim()) {
    showAsked(lastAsked.trim().slice(0, 300));
    if (box()?.value === text) write('');
  }
  return arrival();
};

document.addEventListener('click', (event) => event.target.closest('#stop') && takeBack());

// A session that has ended answers with 401: nothing is lost, and the reader is told what to do.
const fetched = window.fetch;
window.fetch = async (...given) => {
  const response = await fetched(...given);
  if (response.status === 401) {
    takeBack();
    if (box()?.value === '') write(lastAsked);
    say('session_ended');
  }
  return response;
};
