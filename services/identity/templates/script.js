// Passkeys (WebAuthn). Without script, or without an authenticator, the other ways on the page stay.
(() => {
  "use strict";
  const ways = { passkey: ["/sign-in/passkey-options", "get"], "new-passkey": ["/account/passkey-options", "create"] };
  if (!window.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON) return;
  const read = {
    get: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
    create: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
  };
  for (const [id, [address, act]] of Object.entries(ways)) {
    const form = document.getElementById(id);
    if (!form) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams({ form: form.elements.form.value });
      const answer = await fetch(address, { method: "POST", body });
      if (!answer.ok) return location.reload();
      try {
        const made = await navigator.credentials[act]({ publicKey: read[act](await answer.json()) });
        form.elements.credential.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch (error) {
        form.querySelector("button").focus();
      }
    });
  }
})();
