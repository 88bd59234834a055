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

const isAnswering = () => Boolean(element.querySelector('.growing'));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let turn = Promise.resolve();

// Resolves when the question may go to the server: not before the page has arrived, nor while another one is answered.
window.asked = (text) => {
  lastAsked = text || '';
  const asked = lastAsked.trim().slice(0, 300);
  if (asked && box()?.value === text) write('');
  if (!isAnswering() && asked) showAsked(asked);
  else turn = turn.then(async () => { while (isAnswering()) await pause(50); });
  turn = turn.then(async () => {
    if (!window.arrived) {
      await arrival();
      await pause(50); // what has arrived is drawn, perhaps over the question
    }
    if (asked && !element.querySelector('.waiting')) showAsked(asked);
  });
  return turn;
};

document.addEventListener('click', (event) => event.target.closest('#stop') && takeBack());

// A question that got no answer goes back into its box, unless another one is being typed there.
window.giveBack = (text) => { if (box()?.value === '') write(text); };

// A session that has ended answers with 401, a server that is gone not at all: the question goes back into its box, and the reader is told.
const unasked = (why) => {
  takeBack();
  window.giveBack(lastAsked);
  say(why);
};
const fetched = window.fetch;
window.fetch = async (...given) => {
  const isQuestion = String(given[0]?.url || given[0]).includes('/queue/join') && isAnswering();
  try {
    const response = await fetched(...given);
    if (response.status === 401) unasked('session_ended');
    return response;
  } catch (error) {
    if (isQuestion) unasked('server_gone');
    throw error;
  }
};
