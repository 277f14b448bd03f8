// Only ever an enhancement: every page works without this file. ES5, for phones of 2018.
(function () {
'use strict';
var doc = document, body = doc.body, store = null;
try { store = window.sessionStorage; } catch (e) { store = null; }

function make(tag, text, className) {
  var node = doc.createElement(tag);
  node.textContent = text;
  if (className) { node.className = className; }
  return node;
}
function button(text, className, onClick) {
  var node = make('button', text, className);
  node.type = 'button';
  node.addEventListener('click', onClick);
  return node;
}
// Above all that the page says, where a phone shows it without scrolling.
function onTop(node) { var main = doc.getElementById('contenu'); main.insertBefore(node, main.firstChild); }
function remove(node) { node.parentNode.removeChild(node); }
function put(key, value) { try { store.setItem(key, value); } catch (e) { return; } }
function take(key) { try { return store.getItem(key); } catch (e) { return null; } }
function drop(key) { try { store.removeItem(key); } catch (e) { return; } }

// Sign-out empties what this tab kept, for browsers that do not know Clear-Site-Data.
if (store && body.hasAttribute('data-vide')) { store.clear(); }
// The draft goes once its save has an answer, not before: a lost connection loses no tick.
if (body.hasAttribute('data-recap')) { drop(take('envoi')); drop('envoi'); }

var payer = doc.querySelector('[data-montrer]');
if (payer) {
  var shows = button(payer.getAttribute('data-montrer'), 'lien', function () {
    var hidden = payer.type === 'password';
    payer.type = hidden ? 'text' : 'password';
    shows.textContent = hidden ? 'Masquer le code' : payer.getAttribute('data-montrer');
  });
  payer.parentNode.insertBefore(shows, payer.nextSibling);
  payer.form.addEventListener('submit', function () { payer.type = 'password'; });
}

var form = doc.getElementById('planning'), count = doc.getElementById('compte');
if (form && count) {
  var key = form.getAttribute('data-brouillon'), sending = false, timer = 0, idle = count.textContent;
  var boxes = [].slice.call(form.querySelectorAll('[name=c]'));
  var undo = button('Tout annuler', 'lien', function () {
    boxes.forEach(function (box) { box.checked = box.defaultChecked; });
    refresh();
  });
  var changed = function () { return boxes.filter(function (box) { return box.checked !== box.defaultChecked; }); };
  var say = function () {
    var n = changed().length;
    count.textContent = n ? n + (n > 1 ? ' modifications' : ' modification') + ' à valider' : idle;
    fit();
  };
  var refresh = function () {
    var list = changed(), draft = {};
    boxes.forEach(function (box) { box.parentNode.parentNode.className = box.checked !== box.defaultChecked ? 'modif' : ''; });
    list.forEach(function (box) { draft[box.value] = box.checked; });
    undo.hidden = !list.length;
    if (list.length) { put(key, JSON.stringify(draft)); } else { drop(key); }
    clearTimeout(timer);
    timer = setTimeout(say, 400);
  };
  var restore = function () {
    var draft = JSON.parse(take(key) || '{}');
    var lost = boxes.filter(function (box) { return draft.hasOwnProperty(box.value) && draft[box.value] !== box.checked; });
    if (!lost.length) { return; }
    var n = lost.length, banner = make('div', (n > 1 ? n + ' modifications faites' : '1 modification faite') + ' tout à l’heure ' + (n > 1 ? 'n’ont pas été validées. ' : 'n’a pas été validée. '), 'boite avis ecran');
    banner.setAttribute('role', 'status');
    banner.appendChild(button('Les remettre', 'bouton', function () {
      lost.forEach(function (box) { box.checked = draft[box.value]; });
      refresh();
      remove(banner);
    }));
    banner.appendChild(button('Les oublier', 'lien', function () { drop(key); remove(banner); }));
    onTop(banner);
  };
  // Whatever has the focus stays above the save bar; a bar that would take a third of the window does not stick.
  var bar = count.parentNode, fit = function () {
    var high = bar.offsetHeight, loose = high > window.innerHeight / 3;
    bar.style.position = loose ? 'static' : '';
    doc.documentElement.style.scrollPaddingBottom = loose ? '0' : high + 16 + 'px';
  };
  bar.insertBefore(undo, count.nextSibling);
  undo.hidden = true;
  window.addEventListener('resize', fit);
  fit();
  form.addEventListener('change', refresh);
  form.addEventListener('submit', function () { sending = true; put('envoi', key); });
  // A page that was saved and then taken out of the browser's memory shows what was before the save: ask again.
  window.addEventListener('pageshow', function (event) {
    if (event.persisted && sending) { location.reload(); }
    sending = false;
    if (changed().length) { refresh(); }
  });
  window.addEventListener('beforeunload', function (event) {
    if (!sending && changed().length) { event.preventDefault(); event.returnValue = ''; }
  });
  if (!changed().length) { restore(); }
}

// The bank opens in its own window; this one goes where its answer will show.
var bank = doc.querySelector('[data-attente]');
if (bank) {
  bank.addEventListener('click', function () {
    setTimeout(function () { location.href = bank.getAttribute('data-attente'); }, 500);
  });
}
var wait = doc.querySelector('[data-suivi]'), asked = 0;
function ask() {
  if (asked === 20) { return; }
  asked += 1;
  setTimeout(function () {
    var request = new XMLHttpRequest();
    request.open('GET', wait.getAttribute('data-suivi'));
    request.onerror = ask;
    request.onload = function () {
      if (request.status > 499 || request.responseText === wait.id) { ask(); } else { location.reload(); }
    };
    request.send();
  }, asked < 7 ? 5000 : 10000);
}
if (wait) { ask(); }

// Two minutes before the session ends, offer to keep it.
var left = +body.getAttribute('data-fin');
function watch(seconds) {
  setTimeout(function () {
    var alert = make('p', 'Votre session se ferme dans 2 minutes. ', 'boite avis ecran');
    alert.setAttribute('role', 'alert');
    alert.appendChild(button('Rester connecté', 'bouton', function () {
      var request = new XMLHttpRequest();
      request.open('GET', location.href.split('#')[0]);
      request.onload = function () {
        var found = /data-fin="(\d+)"/.exec(request.responseText);
        remove(alert);
        if (found) { watch(+found[1]); }
      };
      request.send();
    }));
    onTop(alert);
  }, Math.max(seconds - 120, 1) * 1000);
}
if (left) { watch(left); }
})();
