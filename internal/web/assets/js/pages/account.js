// Settings and the door: passkeys (WebAuthn), and keeping what is shown once.
for (const box of document.querySelectorAll("[data-secret]")) keep(box);
for (const form of document.querySelectorAll("[data-passkey]")) passkey(form);

function keep(box) {
  const said = box.querySelector("[data-said]");
  box.querySelector("[data-copy]").addEventListener("click", async () => {
    const lines = [...box.querySelectorAll("[data-secret-lines] code")].map((line) => line.textContent);
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(box.querySelector("[data-secret-lines]"));
      said.textContent = "Selected; copy it with the keyboard.";
    }
  });
  box.querySelector("[data-print]")?.addEventListener("click", () => print());
}

function passkey(form) {
  const { begin, finish, to } = form.dataset;
  const wrong = form.querySelector("[data-passkey-error]");
  const proof = form.querySelector("[data-passkey-proof]");
  const say = (text) => {
    wrong.textContent = text;
    wrong.hidden = text === "";
  };
  if (!window.PublicKeyCredential) {
    form.querySelector("button").disabled = true;
    return say("This browser has no passkeys, or the address is not a secure one.");
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const fields = Object.fromEntries(new FormData(form));
      const asked = await send(begin, fields);
      if (asked.reauthorise) {
        proof.hidden = false;
        proof.querySelector("input").focus();
        return say(asked.error);
      }
      if (asked.error) return say(asked.error);
      const options = asked.options.publicKey;
      const made = "user" in options ? await navigator.credentials.create({ publicKey: forCreating(options) }) : await navigator.credentials.get({ publicKey: forGetting(options) });
      const done = await send(finish, { challenge: asked.challenge, name: fields.name ?? "", to, answer: JSON.stringify(asJSON(made)) });
      if (done.error) return say(done.error);
      location.assign(done.to);
    } catch (trouble) {
      say(words(trouble));
    } finally {
      button.disabled = false;
    }
  });
}

function words(trouble) {
  if (trouble.name === "NotAllowedError") return "Nothing was done: it was cancelled, took too long, or there is no passkey for this address here.";
  if (trouble.name === "InvalidStateError") return "This device has a passkey for you already.";
  if (trouble.name === "SecurityError") return "Passkeys do not work at this address; open the pages by their name instead of a number.";
  return "It did not work. Try again, or sign in with the password.";
}

async function send(address, fields) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json", "X-Fragment": "json" } });
  return answer.json();
}

// The JSON form of Web Authentication has base64url where the browser wants bytes.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const forCreating = (o) => ({ ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: known(o.excludeCredentials) });
const forGetting = (o) => ({ ...o, challenge: bytes(o.challenge), allowCredentials: known(o.allowCredentials) });

function asJSON(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults(), authenticatorAttachment: made.authenticatorAttachment ?? undefined };
}
