// Speaks WebAuthn for the button on the page. Everything it says to a person
// stands in the page, in the page's language; it brings no words of its own.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Something that the desk said, in words for the person. */
class Told extends Error {}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
    redirect: "error",
  });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => null);
  if (problem?.title) throw new Told(`${problem.title} ${problem.detail}`);
  throw new Error(`status ${answer.status}`);
}

async function create(data) {
  const { ceremony, publicKey } = await post(data.options, { invitation: data.invitation });
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.user.id = toBytes(publicKey.user.id);
  const { response } = await navigator.credentials.create({ publicKey });
  return post(data.finish, {
    ceremony,
    clientData: toText(response.clientDataJSON),
    attestation: toText(response.attestationObject),
  });
}

async function get(data) {
  const { ceremony, publicKey } = await post(data.options, {});
  publicKey.challenge = toBytes(publicKey.challenge);
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return post(data.finish, {
    ceremony,
    credential: toText(rawId),
    clientData: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
  });
}

function explain(error, data) {
  if (error instanceof Told) return error.message;
  if (error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name)) return data.cancelled;
  if (error instanceof DOMException) return data.unsupported;
  return data.failed;
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
  const told = document.querySelector("[data-told]");
  const say = (words, alarm) => {
    told.textContent = words;
    told.classList.toggle("alarm", alarm);
  };
  button.addEventListener("click", async () => {
    const data = button.dataset;
    if (!window.PublicKeyCredential) return say(data.unsupported, true);
    button.disabled = true;
    say(data.waiting, false);
    try {
      const { next } = await (data.passkey === "create" ? create(data) : get(data));
      location.replace(next);
    } catch (error) {
      say(explain(error, data), true);
      button.disabled = false;
      button.focus();
    }
  });
}
