// Passkeys (WebAuthn), and no form twice. Without script, or without an authenticator, the other ways on the page stay.
(() => {
  "use strict";
  // An invitation comes behind the # of its link, which no server sees.
  const join = document.getElementById("join");
  if (join && location.hash.length > 1) {
    join.elements.invitation.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
  const sent = new WeakSet();
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => sent.delete(form)));
  addEventListener("submit", (event) => {
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
  });
  const ways = { passkey: ["/sign-in/passkey-options", "get"], "new-passkey": ["/account/passkey-options", "create"] };
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;
  const read = {
    get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
    create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
  };
  const answered = async (form, address, act) => {
    const body = new URLSearchParams({ form: form.elements.form.value });
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    const made = await navigator.credentials[act]({ publicKey: read[act](await answer.json()) });
    form.elements.credential.value = JSON.stringify(made.toJSON());
  };
  for (const [id, [address, act]] of Object.entries(ways)) {
    const form = document.getElementById(id);
    if (!form) continue;
    const [button, problem] = [form.querySelector("button"), form.querySelector("[role=alert]")];
    form.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      button.disabled = problem.hidden = true;
      try {
        await answered(form, address, act);
        form.submit();
      } catch (error) {
        button.disabled = problem.hidden = false;
        button.focus();
      }
    });
  }
})();
