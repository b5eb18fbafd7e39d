"""Every operation. Made from docs/openapi/partners.json by `make docs`; a test holds it equal."""

from typing import Any, Literal, cast

from jieli_client import schemas
from jieli_client.calls import Asked, Calls, Terms, quoted


class Operations(Calls):
    """One method for each operation of the document; a refusal raises `Refused`."""

    def gateway_configuration(self) -> "schemas.GatewayConfigurationOut":
        """Where decisions are explained (AuthZEN 1.0)."""
        return cast("schemas.GatewayConfigurationOut", self.call(Asked('GET', "/.well-known/authzen-configuration", token=False)))

    def identity_keys(self) -> "schemas.IdentityTokensKeysOut":
        """The keys that access tokens are signed with (RFC 7517)."""
        return cast("schemas.IdentityTokensKeysOut", self.call(Asked('GET', "/.well-known/jwks.json", token=False)))

    def identity_metadata(self) -> "schemas.IdentityMetadataOut":
        """Where and how to get a token (RFC 8414)."""
        return cast("schemas.IdentityMetadataOut", self.call(Asked('GET', "/.well-known/oauth-authorization-server", token=False)))

    def gateway_resource(self) -> "schemas.GatewayResourceOut":
        """Which authorization server gives tokens for this gateway, and how they are bound (RFC 9728)."""
        return cast("schemas.GatewayResourceOut", self.call(Asked('GET', "/.well-known/oauth-protected-resource", token=False)))

    def identity_discovery(self) -> "schemas.IdentityMetadataOut":
        """The same under its other name (OpenID Connect Discovery 1.0)."""
        return cast("schemas.IdentityMetadataOut", self.call(Asked('GET', "/.well-known/openid-configuration", token=False)))

    def gateway_metadata(self) -> "bytes":
        """Who this region is, with which key it signs, and those of its log and of its witness."""
        return cast("bytes", self.call(Asked('GET', "/.well-known/region-federation", token=False)))

    def gateway_evaluate(self, body: "schemas.GatewayEvaluationIn") -> "schemas.GatewayEvaluationOut":
        """What a partner would get under an agreement as it is now, and which steps would refuse (AuthZEN 1.0)."""
        return cast("schemas.GatewayEvaluationOut", self.call(Asked('POST', "/access/v1/evaluation", body=body, media="application/json")))

    def gateway_evaluate_several(self, body: "schemas.GatewayEvaluationsIn") -> "schemas.GatewayEvaluationsOut | schemas.GatewayEvaluationOut":
        """The same of up to 50 cases at once, all or up to the first no or yes (`options.evaluations_semantic`)."""
        return cast("schemas.GatewayEvaluationsOut | schemas.GatewayEvaluationOut", self.call(Asked('POST', "/access/v1/evaluations", body=body, media="application/json")))

    def gateway_read_deprecations(self) -> "schemas.GatewayDeprecationsOut":
        """What will not be answered any more, from when on, and what to call instead (RFC 9745, RFC 8594)."""
        return cast("schemas.GatewayDeprecationsOut", self.call(Asked('GET', "/deprecations", token=False)))

    def registry_about(self) -> "schemas.RegistryMetadata":
        """Which version of HSDS this API speaks."""
        return cast("schemas.RegistryMetadata", self.call(Asked('GET', "/directory/", token=False)))

    def registry_notices(self) -> "schemas.RegistryNoticesOut":
        """The current notice of each purpose."""
        return cast("schemas.RegistryNoticesOut", self.call(Asked('GET', "/directory/notices", token=False)))

    def registry_notice(self, notice: str, *, version: "int | None" = None, language: "str | None" = None) -> "schemas.RegistryNoticeOut":
        """A notice by the code of its purpose, in the nearest language there is, or in all; earlier versions stay."""
        return cast("schemas.RegistryNoticeOut", self.call(Asked('GET', f"/directory/notices/{quoted(notice)}", query={"version": version, "language": language}, token=False)))

    def registry_organizations(self, *, search: "str | None" = None, page: "int | None" = None, per_page: "int | None" = None, format: "Literal['json'] | None" = None, full: "bool | None" = None, taxonomy_term_id: "str | None" = None, taxonomy_id: "str | None" = None, modified_after: "str | None" = None) -> "schemas.RegistryPage_Organization_ | schemas.RegistryPage_OrganizationSummary_":
        """A page of the organisations that offer services here; `full=true` gives each with what it offers."""
        return cast("schemas.RegistryPage_Organization_ | schemas.RegistryPage_OrganizationSummary_", self.call(Asked('GET', "/directory/organizations", query={"search": search, "page": page, "per_page": per_page, "format": format, "full": full, "taxonomy_term_id": taxonomy_term_id, "taxonomy_id": taxonomy_id, "modified_after": modified_after}, token=False)))

    def registry_organization(self, organization_id: str) -> "schemas.RegistryOrganization":
        """One organisation with the services it offers, by its directory id or its own."""
        return cast("schemas.RegistryOrganization", self.call(Asked('GET', f"/directory/organizations/{quoted(organization_id)}", token=False)))

    def registry_processing_register(self) -> "schemas.RegistryProcessingOut":
        """What is kept of people here, why, on what basis and how long; what may be asked for which purpose."""
        return cast("schemas.RegistryProcessingOut", self.call(Asked('GET', "/directory/processing", token=False)))

    def registry_receipt_keys(self) -> "schemas.RegistryKeys":
        """The keys that receipts of consents are checked with (RFC 7517)."""
        return cast("schemas.RegistryKeys", self.call(Asked('GET', "/directory/receipt-keys", token=False)))

    def registry_service_at_locations(self, *, search: "str | None" = None, page: "int | None" = None, per_page: "int | None" = None, format: "Literal['json'] | None" = None, full: "bool | None" = None, taxonomy_term_id: "str | None" = None, taxonomy_id: "str | None" = None, modified_after: "str | None" = None, organization_id: "str | None" = None, postcode: "str | None" = None) -> "schemas.RegistryPage_AtLocation_ | schemas.RegistryPage_AtLocationSummary_":
        """A page of offers at their locations; `full=true` gives each with hours, languages and address."""
        return cast("schemas.RegistryPage_AtLocation_ | schemas.RegistryPage_AtLocationSummary_", self.call(Asked('GET', "/directory/service_at_locations", query={"search": search, "page": page, "per_page": per_page, "format": format, "full": full, "taxonomy_term_id": taxonomy_term_id, "taxonomy_id": taxonomy_id, "modified_after": modified_after, "organization_id": organization_id, "postcode": postcode}, token=False)))

    def registry_service_at_location(self, at_location_id: str) -> "schemas.RegistryAtLocation":
        """One offer at its location, with hours, languages and address."""
        return cast("schemas.RegistryAtLocation", self.call(Asked('GET', f"/directory/service_at_locations/{quoted(at_location_id)}", token=False)))

    def registry_services(self, *, search: "str | None" = None, page: "int | None" = None, per_page: "int | None" = None, format: "Literal['json'] | None" = None, full: "bool | None" = None, taxonomy_term_id: "str | None" = None, taxonomy_id: "str | None" = None, modified_after: "str | None" = None, minimal: "bool | None" = None, organization_id: "str | None" = None) -> "schemas.RegistryPage_Service_ | schemas.RegistryPage_ServiceSummary_ | schemas.RegistryPage_ServiceMinimal_":
        """A page of services; `full=true` gives each with all related data, `minimal=true` what tells that it changed."""
        return cast("schemas.RegistryPage_Service_ | schemas.RegistryPage_ServiceSummary_ | schemas.RegistryPage_ServiceMinimal_", self.call(Asked('GET', "/directory/services", query={"search": search, "page": page, "per_page": per_page, "format": format, "full": full, "taxonomy_term_id": taxonomy_term_id, "taxonomy_id": taxonomy_id, "modified_after": modified_after, "minimal": minimal, "organization_id": organization_id}, token=False)))

    def registry_service(self, service_id: str) -> "schemas.RegistryService":
        """One service with all related data, by its id or its catalogue code."""
        return cast("schemas.RegistryService", self.call(Asked('GET', f"/directory/services/{quoted(service_id)}", token=False)))

    def registry_taxonomies(self, *, search: "str | None" = None, page: "int | None" = None, per_page: "int | None" = None, format: "Literal['json'] | None" = None) -> "schemas.RegistryPage_Taxonomy_":
        """A page of the taxonomies."""
        return cast("schemas.RegistryPage_Taxonomy_", self.call(Asked('GET', "/directory/taxonomies", query={"search": search, "page": page, "per_page": per_page, "format": format}, token=False)))

    def registry_taxonomy(self, taxonomy_id: str) -> "schemas.RegistryTaxonomy":
        """One taxonomy."""
        return cast("schemas.RegistryTaxonomy", self.call(Asked('GET', f"/directory/taxonomies/{quoted(taxonomy_id)}", token=False)))

    def registry_taxonomy_terms(self, *, search: "str | None" = None, page: "int | None" = None, per_page: "int | None" = None, format: "Literal['json'] | None" = None, taxonomy_id: "str | None" = None, top_only: "bool | None" = None, parent_id: "str | None" = None) -> "schemas.RegistryPage_Term_":
        """A page of taxonomy terms. No term has another above it, so every one is at the top."""
        return cast("schemas.RegistryPage_Term_", self.call(Asked('GET', "/directory/taxonomy_terms", query={"search": search, "page": page, "per_page": per_page, "format": format, "taxonomy_id": taxonomy_id, "top_only": top_only, "parent_id": parent_id}, token=False)))

    def registry_taxonomy_term(self, term_id: str) -> "schemas.RegistryTerm":
        """One taxonomy term."""
        return cast("schemas.RegistryTerm", self.call(Asked('GET', f"/directory/taxonomy_terms/{quoted(term_id)}", token=False)))

    def registry_auditDataAgreementRead(self, notice: str) -> "schemas.RegistryDataAgreementAlone":
        """A purpose under its current notice."""
        return cast("schemas.RegistryDataAgreementAlone", self.call(Asked('GET', f"/govstack/consent/audit/data-agreement/{quoted(notice)}/", token=False)))

    def registry_auditDataAgreementList(self, *, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryDataAgreements":
        """All purposes under their current notices."""
        return cast("schemas.RegistryDataAgreements", self.call(Asked('GET', "/govstack/consent/audit/data-agreements/", query={"offset": offset, "limit": limit}, token=False)))

    def registry_configDataAgreementRead(self, notice: str) -> "schemas.RegistryDataAgreementRead":
        """A purpose under its current notice, with its revision."""
        return cast("schemas.RegistryDataAgreementRead", self.call(Asked('GET', f"/govstack/consent/config/data-agreement/{quoted(notice)}/", token=False)))

    def registry_configDataAgreementList(self, *, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryDataAgreementList":
        """All purposes under their current notices."""
        return cast("schemas.RegistryDataAgreementList", self.call(Asked('GET', "/govstack/consent/config/data-agreements/", query={"offset": offset, "limit": limit}, token=False)))

    def registry_configPolicyList(self, *, revisionId: "str | None" = None, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryPolicies":
        """The current policies; with a revision the one that it is of."""
        return cast("schemas.RegistryPolicies", self.call(Asked('GET', "/govstack/consent/config/policies/", query={"revisionId": revisionId, "offset": offset, "limit": limit}, token=False)))

    def registry_configPolicyRead(self, notice: str, *, revisionId: "str | None" = None) -> "schemas.RegistryPolicyRead":
        """A notice as a policy, with its revision."""
        return cast("schemas.RegistryPolicyRead", self.call(Asked('GET', f"/govstack/consent/config/policy/{quoted(notice)}/", query={"revisionId": revisionId}, token=False)))

    def registry_configPolicyRevisionsList(self, notice: str) -> "schemas.RegistryPolicyAlone":
        """The current policy, as the standard has it here."""
        return cast("schemas.RegistryPolicyAlone", self.call(Asked('GET', f"/govstack/consent/config/policy/{quoted(notice)}/revisions/", token=False)))

    def registry_serviceDataAgreementRead(self, notice: str) -> "schemas.RegistryDataAgreementRead":
        """A purpose under its current notice, with its revision."""
        return cast("schemas.RegistryDataAgreementRead", self.call(Asked('GET', f"/govstack/consent/service/data-agreement/{quoted(notice)}/", token=False)))

    def registry_serviceIndividualConsentRecordList(self, *, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryConsentRecords":
        """Her consents, newest first."""
        return cast("schemas.RegistryConsentRecords", self.call(Asked('GET', "/govstack/consent/service/individual/record/consent-record/", query={"offset": offset, "limit": limit})))

    def registry_serviceIndividualConsentRecordUpdate(self, consent: str, body: "schemas.RegistryConsentRecordIn", *, idempotency_key: str | None = None) -> "schemas.RegistryConsentRecordRead":
        """Withdraw: the record with `optIn: false`, and nothing else of it changed. Again, it changes nothing."""
        return cast("schemas.RegistryConsentRecordRead", self.call(Asked('PUT', f"/govstack/consent/service/individual/record/consent-record/{quoted(consent)}/", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_serviceIndividualConsentRecordRead(self, notice: str) -> "schemas.RegistryConsentRecordAlone":
        """Her newest consent to this purpose."""
        return cast("schemas.RegistryConsentRecordAlone", self.call(Asked('GET', f"/govstack/consent/service/individual/record/data-agreement/{quoted(notice)}/")))

    def registry_serviceIndividualConsentRecordCreate(self, notice: str, body: "schemas.RegistryConsentIn", *, idempotency_key: str | None = None) -> "schemas.RegistryConsentRecordRead":
        """Give or refuse one consent. The standard has no body here, and a consent needs a recipient and exact fields."""
        return cast("schemas.RegistryConsentRecordRead", self.call(Asked('POST', f"/govstack/consent/service/individual/record/data-agreement/{quoted(notice)}/", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_serviceIndividualDataAgreementConsentRecordList(self, notice: str, *, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryConsentRecords":
        """Her consents to this purpose, newest first: there is one for each recipient."""
        return cast("schemas.RegistryConsentRecords", self.call(Asked('GET', f"/govstack/consent/service/individual/record/data-agreement/{quoted(notice)}/all/", query={"offset": offset, "limit": limit})))

    def registry_servicePolicyRead(self, notice: str, *, revisionId: "str | None" = None) -> "schemas.RegistryPolicyRead":
        """A notice as a policy, with its revision."""
        return cast("schemas.RegistryPolicyRead", self.call(Asked('GET', f"/govstack/consent/service/policy/{quoted(notice)}/", query={"revisionId": revisionId}, token=False)))

    def registry_serviceVerificationDataAgreementList(self, *, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.RegistryDataAgreements":
        """All purposes under their current notices."""
        return cast("schemas.RegistryDataAgreements", self.call(Asked('GET', "/govstack/consent/service/verification/data-agreements/", query={"offset": offset, "limit": limit}, token=False)))

    def gateway_problem(self, code: str) -> "schemas.GatewayProblemOut":
        """The meaning of a code, at the address that `type` gives (RFC 9457, 3.1.1)."""
        return cast("schemas.GatewayProblemOut", self.call(Asked('GET', f"/problems/{quoted(code)}", token=False)))

    def identity_administered_organizations(self) -> "schemas.IdentityAdministeredOrganizationsOut":
        """The own service centre and everything below it in every state, for those who administer it."""
        return cast("schemas.IdentityAdministeredOrganizationsOut", self.call(Asked('GET', "/v1/administered-organizations")))

    def gateway_agreements(self) -> "schemas.GatewayAgreementsOut":
        """Every agreement of this region: the version in force or suspended, else the newest that was agreed."""
        return cast("schemas.GatewayAgreementsOut", self.call(Asked('GET', "/v1/agreements", token=False)))

    def gateway_draft(self, body: "schemas.GatewayDraftIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Draft a version as one of its parties; a refusal lists everything that stands against it."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', "/v1/agreements", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_overdue(self) -> "schemas.GatewayOverdueOut":
        """What is late and what will be within three working days, with the article: agreements, never people."""
        return cast("schemas.GatewayOverdueOut", self.call(Asked('GET', "/v1/agreements/overdue")))

    def gateway_reminders(self) -> "schemas.GatewayRemindersOut":
        """Clocks of your own organisation's agreements that soon run out, as it was told of them; newest first."""
        return cast("schemas.GatewayRemindersOut", self.call(Asked('GET', "/v1/agreements/reminders")))

    def gateway_agreement(self, agreement: str) -> "schemas.GatewayAgreementsAgreementOut":
        """One agreement: the version in force or suspended, else the newest that was agreed. As ODRL 2.2 where
        application/ld+json is accepted."""
        return cast("schemas.GatewayAgreementsAgreementOut", self.call(Asked('GET', f"/v1/agreements/{quoted(agreement)}", token=False)))

    def gateway_life(self, agreement: str, version: str) -> "schemas.GatewayLifeOut":
        """One version with its steps, signatures and running clocks."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('GET', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}")))

    def gateway_activate(self, agreement: str, version: str, *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Put what was agreed in force; for the provider."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:activate", idempotency_key=idempotency_key)))

    def gateway_approve(self, agreement: str, version: str, body: "schemas.GatewayApprovalIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Approve an offer; two people of each side do, and both sides sign `to_sign`."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:approve", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_ask_correction(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Say what is wrong with what is shared; nobody is named."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:ask-correction", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_correct(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Answer what was said to be wrong."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:correct", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_dispose(self, agreement: str, version: str, body: "schemas.GatewayDisposalIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Give the receipt that the data is gone; for the consumer."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:dispose", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_dispute(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Open a dispute; the parties negotiate first."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:dispute", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_escalate(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Bring the dispute before the next authority."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:escalate", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_extend(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Ask for ten more working days to reply, or as the second officer approve that."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:extend", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_offer(self, agreement: str, version: str, *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Offer a draft to the other side; the impact of its purposes is assessed before."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:offer", idempotency_key=idempotency_key)))

    def gateway_refuse(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Refuse an offer, with the reasons."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:refuse", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_resume(self, agreement: str, version: str, *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Propose to resume, or as the second officer of the side that suspended do so, where it could come in force."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:resume", idempotency_key=idempotency_key)))

    def gateway_return_(self, agreement: str, version: str, body: "schemas.GatewayReturnIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Return an incomplete offer, once, with everything that is missing."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:return", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_settle(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Write down how the dispute ended: who opened it, or either side once it is before the government."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:settle", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_suspend(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Suspend at once, by one officer of either side."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:suspend", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_take_back(self, agreement: str, version: str, *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """Take an own offer back; what was approved is void."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:take-back", idempotency_key=idempotency_key)))

    def gateway_terminate(self, agreement: str, version: str, body: "schemas.GatewayReasonIn", *, idempotency_key: str | None = None) -> "schemas.GatewayLifeOut":
        """End it, with the reason."""
        return cast("schemas.GatewayLifeOut", self.call(Asked('POST', f"/v1/agreements/{quoted(agreement)}/versions/{quoted(version)}:terminate", body=body, media="application/json", idempotency_key=idempotency_key)))

    def cases_committee_cases(self, *, cursor: "str | None" = None, limit: "int | None" = None) -> "schemas.CasesCasesOut":
        """The committee's cases: ids, types, states, due dates; never people."""
        return cast("schemas.CasesCasesOut", self.call(Asked('GET', "/v1/cases", query={"cursor": cursor, "limit": limit})))

    def cases_committee_case(self, case: str) -> "schemas.CasesMediatorCaseOut":
        """One case of the committee with its content, for its mediators."""
        return cast("schemas.CasesMediatorCaseOut", self.call(Asked('GET', f"/v1/cases/{quoted(case)}")))

    def cases_draft(self, case: str, body: "schemas.CasesDraftIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesDraftedOut":
        """Write down the terms, each with its due date."""
        return cast("schemas.CasesDraftedOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:draft", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_follow_up(self, case: str, body: "schemas.CasesFollowUpIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Record how the agreement was performed."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:follow-up", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_invite(self, case: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Ask the other party by a single-use code."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:invite", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_notify(self, case: str, body: "schemas.CasesNotifyIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Record that both signed the notice of rights and duties."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:notify", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_open_session(self, case: str, body: "schemas.CasesSessionIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Begin a session."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:open-session", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_screen(self, case: str, body: "schemas.CasesScreenIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Take the dispute on, or say why not."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:screen", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_seal(self, case: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Put the committee's seal under what every party signed."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/cases/{quoted(case)}:seal", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_import_catalogue(self, body: "str", *, idempotency_key: str | None = None) -> "schemas.RegistryImportOut":
        """Take a catalogue file (CSV, UTF-8) in, whole or not at all; for coordinators."""
        return cast("schemas.RegistryImportOut", self.call(Asked('POST', "/v1/catalogue-imports", body=body, media="text/csv", idempotency_key=idempotency_key)))

    def identity_clients(self, *, cursor: "str | None" = None, limit: "int | None" = None) -> "schemas.IdentityClientsOut":
        """The own organisation's clients, and for a service centre those below it."""
        return cast("schemas.IdentityClientsOut", self.call(Asked('GET', "/v1/clients", query={"cursor": cursor, "limit": limit})))

    def identity_register_client(self, body: "schemas.IdentityClientIn", *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """Propose a client; another administrator has to approve it, and one of the two is of the service centre."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', "/v1/clients", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_add_client_key(self, client: str, body: "schemas.IdentityKeyIn", *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """Propose the next key beside the one that is there; another administrator has to approve it."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', f"/v1/clients/{quoted(client)}/keys", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_approve_client_key(self, client: str, key: str, *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """Let a key prove the client that another administrator proposed."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', f"/v1/clients/{quoted(client)}/keys/{quoted(key)}:approve", idempotency_key=idempotency_key)))

    def identity_retire_client_key(self, client: str, key: str, *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """End one of two keys, named by its thumbprint."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', f"/v1/clients/{quoted(client)}/keys/{quoted(key)}:retire", idempotency_key=idempotency_key)))

    def identity_approve_client(self, client: str, *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """Let a client act that another administrator proposed."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', f"/v1/clients/{quoted(client)}:approve", idempotency_key=idempotency_key)))

    def identity_revoke_client(self, client: str, *, idempotency_key: str | None = None) -> "schemas.IdentityClientOut":
        """End a client's access; its tokens stop working at the gateway within seconds."""
        return cast("schemas.IdentityClientOut", self.call(Asked('POST', f"/v1/clients/{quoted(client)}:revoke", idempotency_key=idempotency_key)))

    def registry_confirm(self, body: "schemas.RegistryConfirmationIn") -> "Any":
        """Release a record held here with the one-time code that its contact received; every try counts."""
        return cast("Any", self.call(Asked('POST', "/v1/confirmations", body=body, media="application/json", token=False)))

    def registry_announce_import(self, body: "schemas.RegistryImportIn", *, idempotency_key: str | None = None) -> "schemas.RegistryDirectoryImportOut":
        """Announce a file of offers; for coordinators."""
        return cast("schemas.RegistryDirectoryImportOut", self.call(Asked('POST', "/v1/directory-imports", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_directory_import(self, import_id: str) -> "schemas.RegistryDirectoryImportOut":
        """How far a file is."""
        return cast("schemas.RegistryDirectoryImportOut", self.call(Asked('GET', f"/v1/directory-imports/{quoted(import_id)}")))

    def registry_import_faults(self, import_id: str, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.RegistryFaultsPage":
        """Every row that cannot be taken, with file, line, field and reason."""
        return cast("schemas.RegistryFaultsPage", self.call(Asked('GET', f"/v1/directory-imports/{quoted(import_id)}/faults", query={"limit": limit, "cursor": cursor})))

    def registry_keep_part(self, import_id: str, part: str, body: "schemas.RegistryPartIn", *, idempotency_key: str | None = None) -> "schemas.RegistryDirectoryImportOut":
        """Send one part of the file, counted from 1; the same part again takes the place of the one before."""
        return cast("schemas.RegistryDirectoryImportOut", self.call(Asked('PUT', f"/v1/directory-imports/{quoted(import_id)}/parts/{quoted(part)}", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_cancel_import(self, import_id: str, *, idempotency_key: str | None = None) -> "schemas.RegistryDirectoryImportOut":
        """Give up a file that is not being applied yet."""
        return cast("schemas.RegistryDirectoryImportOut", self.call(Asked('POST', f"/v1/directory-imports/{quoted(import_id)}:cancel", idempotency_key=idempotency_key)))

    def registry_send_import(self, import_id: str, *, idempotency_key: str | None = None) -> "schemas.RegistryDirectoryImportOut":
        """Have the file looked through and, when every row is good, applied; it goes on by itself, also after a restart."""
        return cast("schemas.RegistryDirectoryImportOut", self.call(Asked('POST', f"/v1/directory-imports/{quoted(import_id)}:send", idempotency_key=idempotency_key)))

    def registry_division(self, code: str) -> "schemas.RegistryDivisionOut":
        """One administrative division, what it is part of and what it consists of."""
        return cast("schemas.RegistryDivisionOut", self.call(Asked('GET', f"/v1/divisions/{quoted(code)}", token=False)))

    def registry_erasure(self, erasure: str) -> "schemas.RegistryErasureOut":
        """Whether it is done: afterwards the person has no account any more to look with."""
        return cast("schemas.RegistryErasureOut", self.call(Asked('GET', f"/v1/erasures/{quoted(erasure)}", token=False)))

    def registry_assessments(self) -> "schemas.RegistryAssessmentsOut":
        """The own office's assessments."""
        return cast("schemas.RegistryAssessmentsOut", self.call(Asked('GET', "/v1/impact-assessments")))

    def registry_assess(self, body: "schemas.RegistryAssessmentIn", *, idempotency_key: str | None = None) -> "schemas.RegistryAssessmentOut":
        """Write an assessment of one purpose down; another officer approves it."""
        return cast("schemas.RegistryAssessmentOut", self.call(Asked('POST', "/v1/impact-assessments", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_read_assessment(self, assessment: str) -> "schemas.RegistryAssessmentOut":
        """One assessment, with its ETag."""
        return cast("schemas.RegistryAssessmentOut", self.call(Asked('GET', f"/v1/impact-assessments/{quoted(assessment)}")))

    def registry_approve_assessment(self, assessment: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryAssessmentOut":
        """Let it into force; for another officer than who wrote it."""
        return cast("schemas.RegistryAssessmentOut", self.call(Asked('POST', f"/v1/impact-assessments/{quoted(assessment)}:approve", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_withdraw_assessment(self, assessment: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryAssessmentOut":
        """Take a draft back."""
        return cast("schemas.RegistryAssessmentOut", self.call(Asked('POST', f"/v1/impact-assessments/{quoted(assessment)}:withdraw", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_incidents(self) -> "schemas.RegistryIncidentsOut":
        """The own office's incidents."""
        return cast("schemas.RegistryIncidentsOut", self.call(Asked('GET', "/v1/incidents")))

    def registry_write_incident_down(self, body: "schemas.RegistryIncidentIn", *, idempotency_key: str | None = None) -> "schemas.RegistryIncidentOut":
        """Write down what happened; the clocks begin when it was found."""
        return cast("schemas.RegistryIncidentOut", self.call(Asked('POST', "/v1/incidents", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_read_incident(self, incident: str) -> "schemas.RegistryIncidentOut":
        """One incident, with its ETag."""
        return cast("schemas.RegistryIncidentOut", self.call(Asked('GET', f"/v1/incidents/{quoted(incident)}")))

    def registry_close_incident(self, incident: str, body: "schemas.RegistryClosingIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryIncidentOut":
        """Close it, once who has to know was told."""
        return cast("schemas.RegistryIncidentOut", self.call(Asked('POST', f"/v1/incidents/{quoted(incident)}:close", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_report_incident(self, incident: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryIncidentOut":
        """Say that the authority was told."""
        return cast("schemas.RegistryIncidentOut", self.call(Asked('POST', f"/v1/incidents/{quoted(incident)}:report", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_tell_incident(self, incident: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryIncidentOut":
        """Tell everybody concerned: they read it under /v1/me/incidents. It cannot be taken back."""
        return cast("schemas.RegistryIncidentOut", self.call(Asked('POST', f"/v1/incidents/{quoted(incident)}:tell", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_tell_capacity(self, listing: str, body: "schemas.RegistryCapacityIn", *, idempotency_key: str | None = None) -> "schemas.RegistryListingOut":
        """Say how much of one's own offer is free today."""
        return cast("schemas.RegistryListingOut", self.call(Asked('PUT', f"/v1/listings/{quoted(listing)}/capacity", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_assure_listing(self, listing: str, *, idempotency_key: str | None = None) -> "schemas.RegistryListingOut":
        """Say that one's own offer was found right today."""
        return cast("schemas.RegistryListingOut", self.call(Asked('POST', f"/v1/listings/{quoted(listing)}:assure", idempotency_key=idempotency_key)))

    def gateway_checkpoint(self) -> "bytes":
        """The newest signed checkpoint (C2SP tlog-checkpoint) with the cosignatures that it has by now."""
        return cast("bytes", self.call(Asked('GET', "/v1/log/checkpoint", token=False)))

    def gateway_consistency(self, *, from_: "int", to: "int") -> "schemas.GatewayConsistencyOut":
        """The proof that the log of `to` entries begins with the log of `from` entries."""
        return cast("schemas.GatewayConsistencyOut", self.call(Asked('GET', "/v1/log/consistency", query={"from": from_, "to": to}, token=False)))

    def gateway_key(self) -> "bytes":
        """The log's public key (C2SP signed-note). Compare it with a copy that did not come from here."""
        return cast("bytes", self.call(Asked('GET', "/v1/log/key", token=False)))

    def gateway_own_accesses(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.GatewayAccessesOut":
        """Every access to what this platform knows of you, newest first. Reading it is an entry too."""
        return cast("schemas.GatewayAccessesOut", self.call(Asked('GET', "/v1/me/accesses", query={"limit": limit, "cursor": cursor})))

    def gateway_own_proof(self, entry: str) -> "schemas.GatewayProofOut":
        """The bundle that proves one of your entries; check it with jieli-verify."""
        return cast("schemas.GatewayProofOut", self.call(Asked('GET', f"/v1/me/accesses/{quoted(entry)}/proof")))

    def cases_own_cases(self, *, cursor: "str | None" = None, limit: "int | None" = None) -> "schemas.CasesCasesOut":
        """The cases that the caller is a party of."""
        return cast("schemas.CasesCasesOut", self.call(Asked('GET', "/v1/me/cases", query={"cursor": cursor, "limit": limit})))

    def cases_apply(self, body: "schemas.CasesApplyIn", *, idempotency_key: str | None = None) -> "schemas.CasesWrittenOut":
        """Ask for mediation, free of charge (People's Mediation Law 4, 17)."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', "/v1/me/cases", body=body, media="application/json", idempotency_key=idempotency_key)))

    def cases_own_case(self, case: str) -> "schemas.CasesPartyCaseOut":
        """One own case: what both parties may read, and the caller's own words."""
        return cast("schemas.CasesPartyCaseOut", self.call(Asked('GET', f"/v1/me/cases/{quoted(case)}")))

    def cases_report(self, case: str, body: "schemas.CasesReportIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Say which terms were performed."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/me/cases/{quoted(case)}:report", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_sign(self, case: str, body: "schemas.CasesSignIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """Sign the agreement's text by its digest."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/me/cases/{quoted(case)}:sign", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def cases_stop(self, case: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.CasesWrittenOut":
        """End mediation: at any time before the agreement binds, without a reason and without If-Match."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', f"/v1/me/cases/{quoted(case)}:stop", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_prove(self, comparison: str, body: "schemas.RegistryProveIn", *, idempotency_key: str | None = None) -> "schemas.RegistryProvedOut":
        """Prove that the other record is one's own, by the code that its contact got; every try counts."""
        return cast("schemas.RegistryProvedOut", self.call(Asked('POST', f"/v1/me/comparisons/{quoted(comparison)}:prove", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_consents(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.RegistryConsentsOut":
        """The own consents, newest first, with their receipts."""
        return cast("schemas.RegistryConsentsOut", self.call(Asked('GET', "/v1/me/consents", query={"limit": limit, "cursor": cursor})))

    def registry_decide(self, body: "schemas.RegistryConsentIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Give or refuse one consent; the answer does not repeat which, because answers are kept in clear."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/consents", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_consent(self, consent: str) -> "schemas.RegistryConsentOut":
        """One consent with its receipt, once the chain of its events was found unbroken."""
        return cast("schemas.RegistryConsentOut", self.call(Asked('GET', f"/v1/me/consents/{quoted(consent)}")))

    def registry_withdraw(self, consent: str, *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Take a consent back; it ends at once, and doing it again changes nothing."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', f"/v1/me/consents/{quoted(consent)}:withdraw", idempotency_key=idempotency_key)))

    def gateway_copy(self) -> "schemas.GatewayCopyOut":
        """Everything that any app of this region keeps of you, as JSON; your log is at `accesses`."""
        return cast("schemas.GatewayCopyOut", self.call(Asked('GET', "/v1/me/copy")))

    def gateway_signed_copy(self) -> "bytes":
        """The same, signed by this region (JWS, RFC 7515) with a key of /.well-known/region-federation: it proves
        elsewhere what was kept here."""
        return cast("bytes", self.call(Asked('GET', "/v1/me/copy.jws")))

    def gateway_printed_copy(self) -> "bytes":
        """The same to print (PDF, A4)."""
        return cast("bytes", self.call(Asked('GET', "/v1/me/copy.pdf")))

    def gateway_find_usage(self, *, periodStart: "str | None" = None, periodEnd: "str | None" = None, offset: "int | None" = None, limit: "int | None" = None) -> "schemas.GatewayFindUsageOut":
        """Every access to what this platform knows of you, newest first, in the form of Estonia's Data Tracker."""
        return cast("schemas.GatewayFindUsageOut", self.call(Asked('GET', "/v1/me/data-tracker/findUsage", query={"periodStart": periodStart, "periodEnd": periodEnd, "offset": offset, "limit": limit})))

    def registry_dependants(self) -> "schemas.RegistryDependantsOut":
        """All whom the person answers for."""
        return cast("schemas.RegistryDependantsOut", self.call(Asked('GET', "/v1/me/dependants")))

    def registry_add_dependant(self, body: "schemas.RegistryDependantIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Say for whom the person answers, and what proves it."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/dependants", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_ask_erasure(self, body: "schemas.RegistryErasureIn", *, idempotency_key: str | None = None) -> "schemas.RegistryErasureOut":
        """Erase everything that any app keeps of the person (PIPL 47); it cannot be taken back."""
        return cast("schemas.RegistryErasureOut", self.call(Asked('POST', "/v1/me/erasures", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_freeze(self) -> "schemas.RegistryFreezeOut":
        """Whether the own consents are frozen."""
        return cast("schemas.RegistryFreezeOut", self.call(Asked('GET', "/v1/me/freeze")))

    def registry_freeze_consents(self, *, idempotency_key: str | None = None) -> "schemas.RegistryFreezeOut":
        """Let nobody read or be handed anything, within 5 seconds; no consent is lost by it (PIPL 44)."""
        return cast("schemas.RegistryFreezeOut", self.call(Asked('POST', "/v1/me/freeze", idempotency_key=idempotency_key)))

    def registry_thaw_consents(self, *, idempotency_key: str | None = None) -> "schemas.RegistryFreezeOut":
        """Let the consents that are still live open again what they cover."""
        return cast("schemas.RegistryFreezeOut", self.call(Asked('POST', "/v1/me/freeze:end", idempotency_key=idempotency_key)))

    def identity_confirm_phone(self, body: "schemas.IdentityHandlesCodeIn", *, idempotency_key: str | None = None) -> "schemas.IdentityReplacedOut":
        """Take the new phone: the old one opens nothing any more, every session ends, and a paper key with it."""
        return cast("schemas.IdentityReplacedOut", self.call(Asked('POST', "/v1/me/handles:confirm", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_replace_phone(self, body: "schemas.IdentityPhoneIn", *, idempotency_key: str | None = None) -> "schemas.IdentityHandleOut":
        """Send a code to a new phone; nothing changes before it is confirmed."""
        return cast("schemas.IdentityHandleOut", self.call(Asked('POST', "/v1/me/handles:replace", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_held_records(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.RegistryHeldsOut":
        """What offices of this region filed for the person and those she answers for, newest first."""
        return cast("schemas.RegistryHeldsOut", self.call(Asked('GET', "/v1/me/held-records", query={"limit": limit, "cursor": cursor})))

    def identity_invite_helper(self, body: "schemas.IdentityHelperInvitationIn", *, idempotency_key: str | None = None) -> "schemas.IdentityHelperInvitationOut":
        """A code for whoever is to help her, shown this once; the one before is worth nothing."""
        return cast("schemas.IdentityHelperInvitationOut", self.call(Asked('POST', "/v1/me/helper-invitations", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_own_helpers(self) -> "schemas.IdentityDelegationsOut":
        """Whom she lets help her, newest first."""
        return cast("schemas.IdentityDelegationsOut", self.call(Asked('GET', "/v1/me/helpers")))

    def identity_end_helping(self, delegation: str, *, idempotency_key: str | None = None) -> "schemas.IdentityDelegationOut":
        """End it, as the person or as the helper; within 5 s no gateway takes a token of it any more."""
        return cast("schemas.IdentityDelegationOut", self.call(Asked('POST', f"/v1/me/helpers/{quoted(delegation)}:end", idempotency_key=idempotency_key)))

    def identity_own_helping(self) -> "schemas.IdentityDelegationsOut":
        """Whom one may help, newest first."""
        return cast("schemas.IdentityDelegationsOut", self.call(Asked('GET', "/v1/me/helping")))

    def identity_begin_helping(self, body: "schemas.IdentityHelpingIn", *, idempotency_key: str | None = None) -> "schemas.IdentityDelegationOut":
        """Begin to help the person who handed over this code; five people in 365 days are the most."""
        return cast("schemas.IdentityDelegationOut", self.call(Asked('POST', "/v1/me/helping", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_own_incidents(self) -> "schemas.RegistryOwnIncidentsOut":
        """What happened to your information, or may have, and what you can do."""
        return cast("schemas.RegistryOwnIncidentsOut", self.call(Asked('GET', "/v1/me/incidents")))

    def referrals_make_intake(self, body: "schemas.ReferralsIntakeIn", *, idempotency_key: str | None = None) -> "schemas.ReferralsIntakeOut":
        """Say once what is needed; each need becomes a referral that waits for consent."""
        return cast("schemas.ReferralsIntakeOut", self.call(Asked('POST', "/v1/me/intakes", body=body, media="application/json", idempotency_key=idempotency_key)))

    def cases_answer_invitation(self, body: "schemas.CasesAnswerIn", *, idempotency_key: str | None = None) -> "schemas.CasesWrittenOut":
        """Accept an invitation and join, or refuse it, which ends it; the code serves once and for eight days."""
        return cast("schemas.CasesWrittenOut", self.call(Asked('POST', "/v1/me/invitations:answer", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_name_sheet(self) -> "bytes":
        """姓名写法对照说明, to print and carry: the own name and its writings, with the codes of rare characters (PDF)."""
        return cast("bytes", self.call(Asked('GET', "/v1/me/name-sheet")))

    def registry_writings(self) -> "schemas.RegistryWritingsOut":
        """The writings of the own name, and what tells each from the name on the record."""
        return cast("schemas.RegistryWritingsOut", self.call(Asked('GET', "/v1/me/name-writings")))

    def registry_add_writing(self, body: "schemas.RegistryWritingIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Say how the own name stands on a document, exactly as it is written there."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/name-writings", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_withdraw_writing(self, writing: str, *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Take a writing back; it is deleted."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', f"/v1/me/name-writings/{quoted(writing)}:withdraw", idempotency_key=idempotency_key)))

    def identity_make_paper_key(self, body: "schemas.IdentityPaperKeyIn", *, idempotency_key: str | None = None) -> "schemas.IdentityPaperKeyOut":
        """A key on paper, shown this once; the one before ends. With her six digits it signs her in."""
        return cast("schemas.IdentityPaperKeyOut", self.call(Asked('POST', "/v1/me/paper-key", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_own_presences(self) -> "schemas.IdentityOwnPresencesOut":
        """At which counters somebody may act with her now."""
        return cast("schemas.IdentityOwnPresencesOut", self.call(Asked('GET', "/v1/me/presences")))

    def identity_end_own_presence(self, presence: str, *, idempotency_key: str | None = None) -> "schemas.IdentityPresenceOut":
        """End it without the officer; within 5 s no gateway takes a token of this presence any more."""
        return cast("schemas.IdentityPresenceOut", self.call(Asked('POST', f"/v1/me/presences/{quoted(presence)}:end", idempotency_key=idempotency_key)))

    def registry_record(self) -> "schemas.RegistryPeopleRecordOut":
        """The own record."""
        return cast("schemas.RegistryPeopleRecordOut", self.call(Asked('GET', "/v1/me/record")))

    def registry_put_record(self, body: "schemas.RegistryRecordIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryKept":
        """Write the own record; a change wants the ETag of what was read in If-Match."""
        return cast("schemas.RegistryKept", self.call(Asked('PUT', "/v1/me/record", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_merges(self) -> "schemas.RegistryMergesOut":
        """The merges that can be undone, and what the other record said."""
        return cast("schemas.RegistryMergesOut", self.call(Asked('GET', "/v1/me/record-merges")))

    def registry_undo(self, merge: str, *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Make two records of one again, each as it was."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', f"/v1/me/record-merges/{quoted(merge)}:undo", idempotency_key=idempotency_key)))

    def registry_own_requests(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.RegistryRequestsOut":
        """The own requests, newest first."""
        return cast("schemas.RegistryRequestsOut", self.call(Asked('GET', "/v1/me/record-requests", query={"limit": limit, "cursor": cursor})))

    def registry_ask(self, body: "schemas.RegistryRequestIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Ask another region for one own record."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/record-requests", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_own_request(self, request: str) -> "schemas.RegistryRequestOut":
        """Where one request stands."""
        return cast("schemas.RegistryRequestOut", self.call(Asked('GET', f"/v1/me/record-requests/{quoted(request)}")))

    def registry_own_record(self, request: str) -> "schemas.RegistryRecordsRecordOut":
        """The record that came back, for the person alone."""
        return cast("schemas.RegistryRecordsRecordOut", self.call(Asked('GET', f"/v1/me/record-requests/{quoted(request)}/record")))

    def registry_compare(self, body: "schemas.RegistryCompareIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Look for another record of the person who is present; if there is one, its contact gets a code and tells her."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/record:compare", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_merge(self, body: "schemas.RegistryMergeIn", *, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """Join the proved record to the own one; for 30 days it can be undone."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', "/v1/me/record:merge", body=body, media="application/json", idempotency_key=idempotency_key)))

    def referrals_my_referrals(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.ReferralsMineOut":
        """The person's own referrals."""
        return cast("schemas.ReferralsMineOut", self.call(Asked('GET', "/v1/me/referrals", query={"limit": limit, "cursor": cursor})))

    def referrals_my_referral(self, referral: str) -> "schemas.ReferralsMyReferralOut":
        """One of the person's referrals: what was asked, what she answered, what happened."""
        return cast("schemas.ReferralsMyReferralOut", self.call(Asked('GET', f"/v1/me/referrals/{quoted(referral)}")))

    def referrals_cancel_referral(self, referral: str, body: "schemas.ReferralsCancelIn | None", *, idempotency_key: str | None = None) -> "schemas.ReferralsMovedOut":
        """Stop it; needs no reason and no version."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/me/referrals/{quoted(referral)}:cancel", body=body, media="application/json", idempotency_key=idempotency_key)))

    def referrals_confirm_referral(self, referral: str, *, idempotency_key: str | None = None) -> "schemas.ReferralsMovedOut":
        """Say that the outcome is true."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/me/referrals/{quoted(referral)}:confirm", idempotency_key=idempotency_key)))

    def referrals_dispute_referral(self, referral: str, *, idempotency_key: str | None = None) -> "schemas.ReferralsMovedOut":
        """Say that the outcome is not true."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/me/referrals/{quoted(referral)}:dispute", idempotency_key=idempotency_key)))

    def registry_own_rights(self, *, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.RegistryRightsOut":
        """The own requests with every answer, newest first."""
        return cast("schemas.RegistryRightsOut", self.call(Asked('GET', "/v1/me/rights-requests", query={"limit": limit, "cursor": cursor})))

    def registry_ask_right(self, body: "schemas.RegistryRightIn", *, idempotency_key: str | None = None) -> "schemas.RegistryMovedOut":
        """Ask the desk to explain, correct, delete or restrict something; it answers within 15 days."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', "/v1/me/rights-requests", body=body, media="application/json", idempotency_key=idempotency_key)))

    def registry_own_right(self, rights_request: str) -> "schemas.RegistryRightOut":
        """One own request with its answers, and where to go when they do not satisfy."""
        return cast("schemas.RegistryRightOut", self.call(Asked('GET', f"/v1/me/rights-requests/{quoted(rights_request)}")))

    def registry_appeal_right(self, rights_request: str, *, idempotency_key: str | None = None) -> "schemas.RegistryMovedOut":
        """Have a refusal looked at by another officer."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/me/rights-requests/{quoted(rights_request)}:appeal", idempotency_key=idempotency_key)))

    def registry_take_back_right(self, rights_request: str, *, idempotency_key: str | None = None) -> "schemas.RegistryMovedOut":
        """End a request that is not answered yet."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/me/rights-requests/{quoted(rights_request)}:take-back", idempotency_key=idempotency_key)))

    def identity_own_sessions(self) -> "schemas.IdentitySessionsOut":
        """Where a resident is signed in."""
        return cast("schemas.IdentitySessionsOut", self.call(Asked('GET', "/v1/me/sessions")))

    def identity_end_own_session(self, session_id: str, *, idempotency_key: str | None = None) -> "schemas.IdentitySessionOut":
        """Sign out; within 5 s no gateway takes the session's tokens any more."""
        return cast("schemas.IdentitySessionOut", self.call(Asked('POST', f"/v1/me/sessions/{quoted(session_id)}:end", idempotency_key=idempotency_key)))

    def identity_organizations(self) -> "schemas.IdentityOrganizationsOut":
        """The tree of organisations, which is public."""
        return cast("schemas.IdentityOrganizationsOut", self.call(Asked('GET', "/v1/organizations", token=False)))

    def identity_register_organization(self, body: "schemas.IdentityOrganizationIn", *, idempotency_key: str | None = None) -> "schemas.IdentityAdministeredOut":
        """Propose an organisation below the own service centre; another administrator has to confirm it."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', "/v1/organizations", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_organization(self, organization: str) -> "schemas.IdentityOrganizationOut":
        """One organisation that is in force."""
        return cast("schemas.IdentityOrganizationOut", self.call(Asked('GET', f"/v1/organizations/{quoted(organization)}", token=False)))

    def identity_change_organization(self, organization: str, body: "schemas.IdentityChangeIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.IdentityAdministeredOut":
        """Change name, services, and where the office is reached; a name and services in force wait for a second person."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('PUT', f"/v1/organizations/{quoted(organization)}", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def identity_register_contract(self, organization: str, body: "schemas.IdentityContractIn", *, idempotency_key: str | None = None) -> "schemas.IdentityAdministeredOut":
        """Register the contract by which a social organisation is brought in."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', f"/v1/organizations/{quoted(organization)}/contracts", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_organization_keys(self, organization: str) -> "schemas.IdentityOrganizationsKeysOut":
        """The public keys of an organisation's own systems (JWK Set, RFC 7517): what it signs is verified by them."""
        return cast("schemas.IdentityOrganizationsKeysOut", self.call(Asked('GET', f"/v1/organizations/{quoted(organization)}/keys", token=False)))

    def identity_close_organization(self, organization: str, *, idempotency_key: str | None = None) -> "schemas.IdentityAdministeredOut":
        """End it for good, once no organisation, client or member of staff depends on it."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', f"/v1/organizations/{quoted(organization)}:close", idempotency_key=idempotency_key)))

    def identity_confirm_organization(self, organization: str, *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.IdentityAdministeredOut":
        """Let in what another administrator proposed or changed last, as one read it: an organisation or a change of it."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', f"/v1/organizations/{quoted(organization)}:confirm", idempotency_key=idempotency_key, if_match=if_match)))

    def identity_resume_organization(self, organization: str, *, idempotency_key: str | None = None) -> "schemas.IdentityAdministeredOut":
        """Let it act again; another administrator than the one who suspended it does."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', f"/v1/organizations/{quoted(organization)}:resume", idempotency_key=idempotency_key)))

    def identity_suspend_organization(self, organization: str, *, idempotency_key: str | None = None) -> "schemas.IdentityAdministeredOut":
        """Stop it: within 5 s no gateway takes calls of its staff and systems any more."""
        return cast("schemas.IdentityAdministeredOut", self.call(Asked('POST', f"/v1/organizations/{quoted(organization)}:suspend", idempotency_key=idempotency_key)))

    def identity_push(self, body: "dict[str, str]") -> "schemas.IdentityPushedOut":
        """Push an authorization request; the browser is then sent with the reference alone (RFC 9126)."""
        return cast("schemas.IdentityPushedOut", self.call(Asked('POST', "/v1/par", body=body, media="application/x-www-form-urlencoded", token=False)))

    def identity_ask_presence(self, body: "schemas.IdentityPresenceIn", *, idempotency_key: str | None = None) -> "schemas.IdentityPresenceOut":
        """Send a code to the phone of whoever stands at the counter, or wait for a witness; for every number the same."""
        return cast("schemas.IdentityPresenceOut", self.call(Asked('POST', "/v1/presences", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_confirm_presence(self, presence: str, body: "schemas.IdentityPresencesCodeIn", *, idempotency_key: str | None = None) -> "schemas.IdentityPresenceOut":
        """Prove that the person is there by her code; for 30 minutes the officer may then act with her."""
        return cast("schemas.IdentityPresenceOut", self.call(Asked('POST', f"/v1/presences/{quoted(presence)}:confirm", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_end_presence(self, presence: str, *, idempotency_key: str | None = None) -> "schemas.IdentityPresenceOut":
        """The person leaves; within 5 s no gateway takes a token of this presence any more."""
        return cast("schemas.IdentityPresenceOut", self.call(Asked('POST', f"/v1/presences/{quoted(presence)}:end", idempotency_key=idempotency_key)))

    def identity_witness_presence(self, presence: str, body: "schemas.IdentityWitnessIn", *, idempotency_key: str | None = None) -> "schemas.IdentityPresenceOut":
        """Say, as somebody of another organisation, that a person without a phone signed this form before you."""
        return cast("schemas.IdentityPresenceOut", self.call(Asked('POST', f"/v1/presences/{quoted(presence)}:witness", body=body, media="application/json", idempotency_key=idempotency_key)))

    def referrals_inbox(self, *, state: "Literal['draft', 'awaiting_consent', 'requested', 'accepted', 'in_progress', 'on_hold', 'completed', 'failed', 'rejected', 'cancelled', 'expired', 'revoked'] | None" = None, limit: "int | None" = None, cursor: "str | None" = None) -> "schemas.ReferralsInboxOut":
        """The own organisation's inbox: ids, services, states and clocks, never people."""
        return cast("schemas.ReferralsInboxOut", self.call(Asked('GET', "/v1/referrals", query={"state": state, "limit": limit, "cursor": cursor})))

    def referrals_read_referral(self, referral: str, *, terms: Terms, fields: "str | None" = None) -> "schemas.ReferralsReferralOut":
        """A referral for its recipient: the preview until it accepts, then the fields of the grant."""
        return cast("schemas.ReferralsReferralOut", self.call(Asked('GET', f"/v1/referrals/{quoted(referral)}", query={"fields": fields}, terms=terms)))

    def registry_file_record(self, referral: str, body: "schemas.RegistryHeldIn", *, terms: Terms, idempotency_key: str | None = None) -> "schemas.RegistryKept":
        """File a record for the person of a referral, or for one she answers for."""
        return cast("schemas.RegistryKept", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}/held-records", body=body, media="application/json", terms=terms, idempotency_key=idempotency_key)))

    def referrals_accept_referral(self, referral: str, *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Take it on; from now on the recipient is responsible and sees every agreed field."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:accept", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_complete_referral(self, referral: str, body: "schemas.ReferralsCompleteIn", *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Close it with an outcome; the person is asked for her own answer."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:complete", body=body, media="application/json", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_fail_referral(self, referral: str, body: "schemas.ReferralsFailIn", *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Close it because it could not be done, with a reason from the list."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:fail", body=body, media="application/json", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_hold_referral(self, referral: str, body: "schemas.ReferralsHoldIn", *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Let it wait, with a reason and the day on which it is looked at again."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:hold", body=body, media="application/json", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_reject_referral(self, referral: str, body: "schemas.ReferralsRejectIn", *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Refuse it with a reason from the list."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:reject", body=body, media="application/json", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_resume_referral(self, referral: str, *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """Go on with it."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:resume", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def referrals_start_referral(self, referral: str, *, terms: Terms, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.ReferralsMovedOut":
        """The first contact was made."""
        return cast("schemas.ReferralsMovedOut", self.call(Asked('POST', f"/v1/referrals/{quoted(referral)}:start", terms=terms, idempotency_key=idempotency_key, if_match=if_match)))

    def registry_rights_waiting(self, *, limit: "int | None" = None) -> "schemas.RegistryDeskOut":
        """What the own desk has to answer, the most urgent first: kinds and days, nobody's name or words."""
        return cast("schemas.RegistryDeskOut", self.call(Asked('GET', "/v1/rights-requests", query={"limit": limit})))

    def registry_read_right(self, rights_request: str) -> "schemas.RegistryRightOut":
        """One request, in the words of whoever asks; it does not say who that is. The person sees that it was read."""
        return cast("schemas.RegistryRightOut", self.call(Asked('GET', f"/v1/rights-requests/{quoted(rights_request)}")))

    def registry_extend_right(self, rights_request: str, body: "schemas.RegistryRightsAnswerIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryMovedOut":
        """Take 15 more days, once, and say why."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/rights-requests/{quoted(rights_request)}:extend", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_grant_right(self, rights_request: str, body: "schemas.RegistryRightsAnswerIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryMovedOut":
        """Say what was done, or what was asked to be explained."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/rights-requests/{quoted(rights_request)}:grant", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_overturn_refusal(self, rights_request: str, body: "schemas.RegistryRightsAnswerIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryMovedOut":
        """After an appeal, grant it after all; another officer than before."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/rights-requests/{quoted(rights_request)}:overturn", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_refuse_right(self, rights_request: str, body: "schemas.RegistryRightsAnswerIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryMovedOut":
        """Refuse, with the reason that the law gives (PIPL 50)."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/rights-requests/{quoted(rights_request)}:refuse", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def registry_uphold_refusal(self, rights_request: str, body: "schemas.RegistryRightsAnswerIn", *, idempotency_key: str | None = None, if_match: int | str | None = None) -> "schemas.RegistryMovedOut":
        """After an appeal, refuse again; another officer than before."""
        return cast("schemas.RegistryMovedOut", self.call(Asked('POST', f"/v1/rights-requests/{quoted(rights_request)}:uphold", body=body, media="application/json", idempotency_key=idempotency_key, if_match=if_match)))

    def identity_members(self, *, cursor: "str | None" = None, limit: "int | None" = None) -> "schemas.IdentityMembersOut":
        """Staff of the own organisation, and for a service centre of those below it that nobody else administers."""
        return cast("schemas.IdentityMembersOut", self.call(Asked('GET', "/v1/staff", query={"cursor": cursor, "limit": limit})))

    def identity_invite_member(self, body: "schemas.IdentityStaffIn", *, idempotency_key: str | None = None) -> "schemas.IdentityInvitedOut":
        """Propose to invite somebody; the first code is shown this once."""
        return cast("schemas.IdentityInvitedOut", self.call(Asked('POST', "/v1/staff", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_staff_sessions(self) -> "schemas.IdentitySessionsOut":
        """Where a member of staff is signed in themselves."""
        return cast("schemas.IdentitySessionsOut", self.call(Asked('GET', "/v1/staff-sessions")))

    def identity_end_staff_session(self, session_id: str, *, idempotency_key: str | None = None) -> "schemas.IdentitySessionOut":
        """Sign out; within 5 s no gateway takes the session's tokens any more."""
        return cast("schemas.IdentitySessionOut", self.call(Asked('POST', f"/v1/staff-sessions/{quoted(session_id)}:end", idempotency_key=idempotency_key)))

    def identity_approve_invitation(self, staff: str, *, idempotency_key: str | None = None) -> "schemas.IdentityApprovedOut":
        """Approve an invitation that another administrator proposed; the second code is shown this once."""
        return cast("schemas.IdentityApprovedOut", self.call(Asked('POST', f"/v1/staff/{quoted(staff)}:approve", idempotency_key=idempotency_key)))

    def identity_assign_roles(self, staff: str, body: "schemas.IdentityRolesIn", *, idempotency_key: str | None = None) -> "schemas.IdentityStaffOut":
        """Give somebody these roles instead of those before; their sessions end."""
        return cast("schemas.IdentityStaffOut", self.call(Asked('POST', f"/v1/staff/{quoted(staff)}:assign", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_invite_member_again(self, staff: str, *, idempotency_key: str | None = None) -> "schemas.IdentityInvitedOut":
        """Credentials were lost: end them and every session, and propose anew; the first code is shown this once."""
        return cast("schemas.IdentityInvitedOut", self.call(Asked('POST', f"/v1/staff/{quoted(staff)}:invite", idempotency_key=idempotency_key)))

    def identity_end_member(self, staff: str, *, idempotency_key: str | None = None) -> "schemas.IdentityStaffOut":
        """Somebody goes for good; their sessions and credentials end."""
        return cast("schemas.IdentityStaffOut", self.call(Asked('POST', f"/v1/staff/{quoted(staff)}:leave", idempotency_key=idempotency_key)))

    def identity_move_member(self, staff: str, body: "schemas.IdentityMoveIn", *, idempotency_key: str | None = None) -> "schemas.IdentityStaffOut":
        """Hand somebody over to another organisation, which gives them their roles; their sessions end."""
        return cast("schemas.IdentityStaffOut", self.call(Asked('POST', f"/v1/staff/{quoted(staff)}:move", body=body, media="application/json", idempotency_key=idempotency_key)))

    def identity_token(self, body: "dict[str, str]") -> "schemas.IdentityTokenOut":
        """An access token for a proven caller, bound to its key (RFC 6749, RFC 7523, RFC 9068, RFC 9449)."""
        return cast("schemas.IdentityTokenOut", self.call(Asked('POST', "/v1/token", body=body, media="application/x-www-form-urlencoded", token=False)))

    def identity_revoke(self, body: "dict[str, str]") -> "Any":
        """End a token of the asking client; within 5 s no gateway takes it any more (RFC 7009)."""
        return cast("Any", self.call(Asked('POST', "/v1/token:revoke", body=body, media="application/x-www-form-urlencoded", token=False)))

    def gateway_read_webhook(self) -> "schemas.GatewayWebhookOut":
        """Your organisation's webhook, and how many messages wait."""
        return cast("schemas.GatewayWebhookOut", self.call(Asked('GET', "/v1/webhook")))

    def gateway_keep_webhook(self, body: "schemas.GatewayWebhookIn", *, idempotency_key: str | None = None) -> "schemas.GatewayWebhookKeptOut":
        """Register your organisation's address, or change it (Standard Webhooks 1.0)."""
        return cast("schemas.GatewayWebhookKeptOut", self.call(Asked('PUT', "/v1/webhook", body=body, media="application/json", idempotency_key=idempotency_key)))

    def gateway_read_dead_letters(self) -> "schemas.GatewayDeadLettersOut":
        """Messages that your system did not take for three days."""
        return cast("schemas.GatewayDeadLettersOut", self.call(Asked('GET', "/v1/webhook/dead-letters")))

    def gateway_replay_dead_letters(self, *, idempotency_key: str | None = None) -> "schemas.GatewayReplayedOut":
        """Send them once more, 200 at a time, each under the webhook-id that it had."""
        return cast("schemas.GatewayReplayedOut", self.call(Asked('POST', "/v1/webhook/dead-letters:replay", idempotency_key=idempotency_key)))

    def gateway_remove_webhook(self, *, idempotency_key: str | None = None) -> "None":
        """End it; what was not delivered yet is forgotten."""
        self.call(Asked('POST', "/v1/webhook:remove", idempotency_key=idempotency_key))

    def gateway_rotate_webhook_secret(self, *, idempotency_key: str | None = None) -> "schemas.GatewayWebhookKeptOut":
        """A new secret; for 24 hours the one before signs along."""
        return cast("schemas.GatewayWebhookKeptOut", self.call(Asked('POST', "/v1/webhook:rotate", idempotency_key=idempotency_key)))

    def gateway_witness_key(self) -> "bytes":
        """The key by which this region cosigns other logs (C2SP signed-note). Compare it with a copy from elsewhere."""
        return cast("bytes", self.call(Asked('GET', "/v1/witness/key", token=False)))

    def gateway_witnessed_checkpoint(self, log: str) -> "bytes":
        """The checkpoint of another region's log that was cosigned last; `log` is the SHA-256 of the log's origin."""
        return cast("bytes", self.call(Asked('GET', f"/v1/witness/{quoted(log)}/checkpoint", token=False)))
