"""`jieli`: the operator's command. Each subject is a module of its own; this one only joins them."""

import typer

from cli import agreements, check, dead_letters, documents, init, rotate, state, vocabulary

app = typer.Typer(
    help="Jieli: referral, mediation and consented exchange between regions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(vocabulary.app, name="vocabulary")
app.add_typer(rotate.app, name="rotate")
app.command("init")(init.init)
app.command("invite")(init.invite)
app.command("check")(check.check)
app.add_typer(agreements.app, name="agreements")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("documents")(documents.write)
app.command("state")(state.show)

if __name__ == "__main__":
    app()
