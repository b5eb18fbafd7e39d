"""The agreement: drafted, signed by each party over the same digest, sealed, reported on and followed up."""

import json

from services.cases.commands import cases as door
from services.cases.commands.cases import Call, Written
from services.cases.queries import cases, content
from services.cases.rules import agreements, states
from services.cases.schemas import DraftedOut, DraftIn, FollowUpIn, ReportIn, SignIn
from services.cases.tables import Agreement, FollowUp, Report, Signature, Term, now
from shared import ids, problems

TERM_UNKNOWN = problems.kind(422, "term-unknown", "No such term", "Use the term numbers of the signed agreement.")


async def draft(call: Call, body: DraftIn) -> tuple[int, DraftedOut]:
    """Write down what the parties agreed; a new draft has a new digest, so earlier signatures are void."""
    case = await door.held(call)
    written = await door.move(call.session, case, "draft", call.grant.actor.id)
    states.check_dues([term.due for term in body.terms], now())
    terms = [(term.text, term.due) for term in body.terms]
    document = agreements.document(str(case.id), terms, agreements.new_salt())
    before = await cases.agreement(call.session, case.id)
    made = ids.new()
    place = f"agreement.document/{made}"
    text = json.dumps(document, ensure_ascii=False)
    row = Agreement(
        id=made,
        case_id=case.id,
        number=before.number + 1 if before else 1,
        hash=agreements.digest(document),
        document=await door.sealed(call.runtime.vault, content.case_key(case.id), place, text),
    )
    call.session.add(row)
    await call.session.flush()
    call.session.add_all(Term(agreement_id=made, number=number, due=due) for number, (_, due) in enumerate(terms, 1))
    return written.version, DraftedOut(**written.body.model_dump(), terms_hash=row.hash)


async def sign(call: Call, body: SignIn) -> Written:
    """A party signs the text as it stands; signing again changes nothing."""
    case = await door.held(call)
    states.CASE.after(case.state, "sign")
    party = await cases.party(call.session, call.grant, case.id)
    standing = await _standing(call)
    states.check_text(body.terms_hash, standing.agreement.hash)
    if party.role in standing.signed_by:
        return door.written(case, "sign")
    written = await door.move(call.session, case, "sign", party.role)
    call.session.add(Signature(case_id=case.id, hash=body.terms_hash, role=party.role))
    return written


async def seal(call: Call) -> Written:
    """The committee seals what every party signed: from now on the agreement binds (People's Mediation Law 29, 31)."""
    case = await door.held(call)
    written = await door.move(call.session, case, "seal", call.grant.actor.id)
    standing = await _standing(call)
    states.check_signatures(standing.signed_by)
    standing.agreement.sealed_at = now()
    call.session.add(standing.agreement)
    return written


async def report(call: Call, body: ReportIn) -> Written:
    """A party says for each term whether it was performed; the last word of each party counts."""
    case = await door.held(call)
    party = await cases.party(call.session, call.grant, case.id)
    written = await door.move(call.session, case, "report", party.role)
    agreement = (await _standing(call)).agreement
    known = await cases.performance(call.session, agreement)
    for line in body.reports:
        if line.term not in known:
            raise TERM_UNKNOWN()
        row = Report(agreement_id=agreement.id, number=line.term, role=party.role, result=line.result)
        await call.session.merge(row)
    return written


async def follow_up(call: Call, body: FollowUpIn) -> Written:
    """The mediator visits and finds the agreement performed or breached (People's Mediation Law 31)."""
    case = await door.held(call)
    written = await door.move(call.session, case, f"follow-up {body.result}", call.grant.actor.id)
    agreement = (await _standing(call)).agreement
    states.check_follow_up(body.result, (await cases.performance(call.session, agreement)).values(), now())
    made = ids.new()
    person, place = content.case_key(case.id), f"follow_up.note/{made}"
    note = await door.sealed(call.runtime.vault, person, place, body.note) if body.note else None
    call.session.add(FollowUp(id=made, case_id=case.id, result=body.result, note=note))
    return written


async def _standing(call: Call) -> cases.Standing:
    standing = await cases.standing(call.session, call.case)
    if standing is None:
        raise problems.NOT_FOUND()
    return standing
