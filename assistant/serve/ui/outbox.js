// Takes what the server hands to the page: its address, a file to download, something to say.
const line = document.createElement('p');
line.setAttribute('role', 'status');
line.className = 'saying-so';
document.body.append(line);
let silence;

const tell = (text, html) => {
  const known = document.querySelector('#views nav').dataset;
  if (html) line.innerHTML = text; // made and escaped by the server
  else line.textContent = known[text] || text;
  line.classList.add('said');
  clearTimeout(silence);
  silence = setTimeout(() => line.classList.remove('said'), html ? 9000 : 3000);
};
window.addEventListener('say', (event) => tell(event.detail.text, event.detail.html));

const download = ({ name, type, text }) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

const remember = (conversation) => {
  document.body.dataset.conversation = conversation;
  const ask = document.querySelector('#views a[data-view="ask"]');
  ask.setAttribute('href', conversation ? '#conversation=' + conversation : '#ask');
};

watch('value', () => {
  const sent = element.querySelector('[data-out]');
  if (!sent) return;
  const out = JSON.parse(sent.dataset.out);
  if (out.arrived || 'address' in out || 'back' in out) arrival().done();
  if ('conversation' in out) remember(out.conversation);
  if ('address' in out && document.body.dataset.view === 'ask') {
    const hash = out.conversation ? '#conversation=' + out.conversation : '';
    window.history.replaceState(null, '', window.location.pathname + out.address + hash);
  }
  if (out.forget && out.forget === document.body.dataset.conversation) document.querySelector('#new').click();
  if ('back' in out) window.giveBack(out.back);
  if (out.view) window.location.hash = document.querySelector(`#views a[data-view="${out.view}"]`).getAttribute('href');
  if (out.file) download(out.file);
  if (out.say) tell(out.say, out.html);
});
