import type { Standing } from './standing.ts'

/**
 * What every modifier element of FHIR R4 does to the meaning of what holds it
 * (https://hl7.org/fhir/R4/conformance-rules.html#isModifier). `modifiers.generated.json` lists the
 * elements and their codes as the definitions have them; a test walks that list, so none of them
 * can be without a decision.
 */

/**
 * The effect of a value: a standing of the whole resource; `part` where it concerns only the part
 * that it stands in, which nothing here reads alone; `bound` for a quantity that is a limit and not
 * a value; `none` where no use reads what it changes.
 */
export type Effect = Standing | 'part' | 'bound' | 'none'

const BOUND = 'bound: < <= >= >'
const ACTIVE = 'stated: true; past: false'
const NOT = 'stated: false; negated: true'
const PUBLICATION = 'stated: active; open: draft; past: retired; unclear: unknown'
const REQUEST =
  'stated: active completed; past: on-hold; open: draft; withdrawn: revoked entered-in-error; unclear: unknown'
const INTENT =
  'stated: directive order original-order reflex-order filler-order instance-order; open: proposal plan option'
const FINANCIAL = 'stated: active; open: draft; withdrawn: cancelled entered-in-error'
const EVENT =
  'stated: in-progress completed; open: preparation on-hold stopped; negated: not-done; withdrawn: entered-in-error; unclear: unknown'
const SUBSTANCE = 'stated: active; past: inactive; withdrawn: entered-in-error'
const DOCUMENT = 'stated: current; past: superseded; withdrawn: entered-in-error'
const VERIFICATION = 'stated: confirmed; negated: refuted; withdrawn: entered-in-error'

/** `*` is any value. */
const TABLE: Readonly<Record<string, string>> = {
  // Which name, address, number or identifier is the current one: no use reads them but the tables,
  // by themselves.
  'Address.use': 'none: *',
  'ContactPoint.use': 'none: *',
  'HumanName.use': 'none: *',
  'Identifier.use': 'none: *',
  'Age.comparator': BOUND,
  'Count.comparator': BOUND,
  'Distance.comparator': BOUND,
  'Duration.comparator': BOUND,
  'Quantity.comparator': BOUND,
  'Account.status':
    'stated: active; past: inactive on-hold; withdrawn: entered-in-error; unclear: unknown',
  'ActivityDefinition.status': PUBLICATION,
  'ActivityDefinition.doNotPerform': NOT,
  'AdverseEvent.actuality': 'stated: actual; open: potential',
  'AllergyIntolerance.clinicalStatus': 'stated: active; past: inactive resolved',
  'AllergyIntolerance.verificationStatus': `${VERIFICATION}; open: unconfirmed`,
  'Appointment.status':
    'stated: arrived checked-in fulfilled; open: proposed pending booked waitlist; negated: noshow; withdrawn: cancelled entered-in-error',
  'AppointmentResponse.participantStatus':
    'stated: accepted; open: tentative needs-action; negated: declined',
  // What a Basic resource is at all stands in its code.
  'Basic.code': 'unclear: *',
  'BodyStructure.active': ACTIVE,
  'CapabilityStatement.status': PUBLICATION,
  'CarePlan.status': REQUEST,
  'CarePlan.intent': 'stated: plan order; open: proposal option',
  'CarePlan.activity.detail.status': 'part: *',
  'CarePlan.activity.detail.doNotPerform': 'part: *',
  'CareTeam.status':
    'stated: active; past: suspended inactive; open: proposed; withdrawn: entered-in-error',
  'ChargeItem.status':
    'stated: billable not-billable billed; open: planned; negated: aborted; withdrawn: entered-in-error; unclear: unknown',
  'ChargeItemDefinition.status': PUBLICATION,
  'Claim.status': FINANCIAL,
  'ClaimResponse.status': FINANCIAL,
  'ClinicalImpression.status': 'stated: completed; open: in-progress; withdrawn: entered-in-error',
  'CodeSystem.status': PUBLICATION,
  'Communication.status': EVENT,
  'CommunicationRequest.status': REQUEST,
  'CommunicationRequest.doNotPerform': NOT,
  'CompartmentDefinition.status': PUBLICATION,
  'Composition.status': 'stated: final amended; open: preliminary; withdrawn: entered-in-error',
  'ConceptMap.group.element.target.equivalence': 'part: *',
  'ConceptMap.status': PUBLICATION,
  'Condition.clinicalStatus':
    'stated: active recurrence relapse; past: inactive remission resolved',
  'Condition.verificationStatus': `${VERIFICATION}; open: unconfirmed provisional differential`,
  'Consent.status':
    'stated: active; past: inactive; open: draft proposed; negated: rejected; withdrawn: entered-in-error',
  // What a Consent is about; no use reads what it permits.
  'Consent.scope': 'none: *',
  'Contract.status':
    'stated: executed amended appended renewed policy; past: resolved terminated; open: executable negotiable offered disputed; negated: rejected; withdrawn: cancelled revoked entered-in-error',
  'Contract.term.action.doNotPerform': 'part: *',
  'Coverage.status': FINANCIAL,
  'CoverageEligibilityRequest.status': FINANCIAL,
  'CoverageEligibilityResponse.status': FINANCIAL,
  'DetectedIssue.status':
    'stated: final amended corrected; past: mitigated; open: registered preliminary; withdrawn: cancelled entered-in-error; unclear: unknown',
  'Device.status': `${SUBSTANCE}; unclear: unknown`,
  'DeviceRequest.status': REQUEST,
  'DeviceRequest.intent': INTENT,
  'DeviceUseStatement.status':
    'stated: active completed; past: stopped on-hold; open: intended; withdrawn: entered-in-error',
  'DiagnosticReport.status':
    'stated: final amended corrected appended; open: registered partial preliminary; withdrawn: cancelled entered-in-error; unclear: unknown',
  'DocumentManifest.status': DOCUMENT,
  'DocumentReference.status': DOCUMENT,
  'EffectEvidenceSynthesis.status': PUBLICATION,
  'Encounter.status':
    'stated: arrived triaged in-progress onleave finished; open: planned; withdrawn: cancelled entered-in-error; unclear: unknown',
  'Endpoint.status':
    'stated: active; past: suspended error off; open: test; withdrawn: entered-in-error',
  'EnrollmentRequest.status': FINANCIAL,
  'EnrollmentResponse.status': FINANCIAL,
  'EpisodeOfCare.status':
    'stated: active onhold finished; open: planned waitlist; withdrawn: cancelled entered-in-error',
  'EventDefinition.status': PUBLICATION,
  'Evidence.status': PUBLICATION,
  'EvidenceVariable.status': PUBLICATION,
  'ExampleScenario.status': PUBLICATION,
  'ExplanationOfBenefit.status': FINANCIAL,
  // health-unknown: that nothing is known of the relative's health.
  'FamilyMemberHistory.status':
    'stated: completed partial; unclear: health-unknown; withdrawn: entered-in-error',
  'Flag.status': SUBSTANCE,
  'Goal.lifecycleStatus':
    'stated: accepted active completed; past: on-hold; open: proposed planned; negated: rejected; withdrawn: cancelled entered-in-error',
  'GraphDefinition.status': PUBLICATION,
  'GuidanceResponse.status':
    'stated: success; open: data-requested data-required in-progress; negated: failure; withdrawn: entered-in-error',
  'HealthcareService.active': ACTIVE,
  'ImagingStudy.status':
    'stated: available; open: registered; withdrawn: cancelled entered-in-error; unclear: unknown',
  'Immunization.status': 'stated: completed; negated: not-done; withdrawn: entered-in-error',
  // A dose that does not count as one.
  'Immunization.isSubpotent': 'stated: false; open: true',
  'ImmunizationEvaluation.status': 'stated: completed; withdrawn: entered-in-error',
  'ImmunizationRecommendation.recommendation.forecastStatus': 'part: *',
  'ImplementationGuide.status': PUBLICATION,
  'InsurancePlan.status': PUBLICATION,
  'Invoice.status': 'stated: issued balanced; open: draft; withdrawn: cancelled entered-in-error',
  'Library.status': PUBLICATION,
  'List.status': 'stated: current; past: retired; withdrawn: entered-in-error',
  'List.mode': 'stated: working snapshot; open: changes',
  'List.entry.deleted': 'part: *',
  'Location.status': 'stated: active; past: suspended inactive',
  'Measure.status': PUBLICATION,
  'MeasureReport.status': 'stated: complete; open: pending; withdrawn: error',
  // In which direction a measure improves; no use reads measures.
  'MeasureReport.improvementNotation': 'none: *',
  'Media.status': EVENT,
  'Medication.status': SUBSTANCE,
  'MedicationAdministration.status': EVENT,
  'MedicationDispense.status':
    'stated: completed; open: preparation in-progress on-hold stopped; negated: declined; withdrawn: cancelled entered-in-error; unclear: unknown',
  'MedicationKnowledge.status': SUBSTANCE,
  'MedicationRequest.status':
    'stated: active completed; past: on-hold stopped; open: draft; withdrawn: cancelled entered-in-error; unclear: unknown',
  'MedicationRequest.intent': INTENT,
  'MedicationRequest.doNotPerform': NOT,
  'MedicationStatement.status':
    'stated: active completed; past: stopped on-hold; open: intended; negated: not-taken; withdrawn: entered-in-error; unclear: unknown',
  'MedicinalProductIngredient.specifiedSubstance.strength.presentationLowLimit': 'part: *',
  'MedicinalProductIngredient.specifiedSubstance.strength.concentrationLowLimit': 'part: *',
  'MessageDefinition.status': PUBLICATION,
  'NamingSystem.status': PUBLICATION,
  'NutritionOrder.status': REQUEST,
  'NutritionOrder.intent': INTENT,
  'Observation.status':
    'stated: final amended corrected; open: registered preliminary; withdrawn: cancelled entered-in-error; unclear: unknown',
  'OperationDefinition.status': PUBLICATION,
  'Organization.active': ACTIVE,
  // Which Patient resource is in use, and which took its place: who the person is does not change
  // by it.
  'Patient.active': 'none: *',
  'Patient.link': 'none: *',
  // Sex and year of birth are those of a person who has died too.
  'Patient.deceased[x]': 'none: *',
  'PaymentNotice.status': FINANCIAL,
  'PaymentReconciliation.status': FINANCIAL,
  'Person.active': ACTIVE,
  'PlanDefinition.status': PUBLICATION,
  'Procedure.status': EVENT,
  'Questionnaire.status': PUBLICATION,
  'Questionnaire.item.enableWhen': 'part: *',
  'QuestionnaireResponse.status':
    'stated: completed amended; open: in-progress stopped; withdrawn: entered-in-error',
  'RelatedPerson.active': ACTIVE,
  'RequestGroup.status': REQUEST,
  'RequestGroup.intent': INTENT,
  'ResearchDefinition.status': PUBLICATION,
  'ResearchElementDefinition.status': PUBLICATION,
  'ResearchStudy.status':
    'stated: active administratively-completed approved closed-to-accrual closed-to-accrual-and-intervention completed; past: temporarily-closed-to-accrual temporarily-closed-to-accrual-and-intervention; open: in-review; negated: disapproved; withdrawn: withdrawn',
  'ResearchSubject.status':
    'stated: follow-up on-study on-study-intervention on-study-observation; past: off-study withdrawn; open: candidate eligible pending-on-study potential-candidate screening; negated: ineligible not-registered',
  'RiskEvidenceSynthesis.status': PUBLICATION,
  'Schedule.active': ACTIVE,
  'SearchParameter.status': PUBLICATION,
  'ServiceRequest.status': REQUEST,
  'ServiceRequest.intent': INTENT,
  'ServiceRequest.doNotPerform': NOT,
  'Specimen.status':
    'stated: available unavailable; open: unsatisfactory; withdrawn: entered-in-error',
  'StructureDefinition.status': PUBLICATION,
  'StructureMap.status': PUBLICATION,
  'Subscription.status': 'stated: active; open: requested; past: off; withdrawn: error',
  'Substance.status': SUBSTANCE,
  'SupplyDelivery.status':
    'stated: completed; open: in-progress; negated: abandoned; withdrawn: entered-in-error',
  'SupplyRequest.status':
    'stated: active completed; past: suspended; open: draft; withdrawn: cancelled entered-in-error; unclear: unknown',
  'Task.status':
    'stated: in-progress completed; open: draft requested received accepted ready on-hold; negated: rejected failed; withdrawn: cancelled entered-in-error',
  'TerminologyCapabilities.status': PUBLICATION,
  'TestReport.status':
    'stated: completed; open: in-progress waiting stopped; withdrawn: entered-in-error',
  'TestScript.status': PUBLICATION,
  'ValueSet.status': PUBLICATION,
  'VisionPrescription.status': FINANCIAL,
}

/**
 * Effects by value, `*` for any. The empty text is an element that is missing though R4 requires
 * it.
 */
export type Effects = ReadonlyMap<string, Effect>

/** Modifiers that a resource may lack; of the others its meaning hangs on what is missing. */
const OPTIONAL =
  /\.(?:use|comparator|active|doNotPerform|clinicalStatus|verificationStatus|isSubpotent|deceased\[x\]|link|improvementNotation)$|^(?:CareTeam|Contract|Device|DeviceRequest|EnrollmentRequest|EnrollmentResponse|InsurancePlan|Location|Medication|MedicationKnowledge|Specimen|Substance|SupplyDelivery|SupplyRequest)\.status$/

/** The modifier elements of R4 with their effects, by path. */
export const EFFECTS: ReadonlyMap<string, Effects> = new Map(
  Object.entries(TABLE).map(([path, text]) => [path, parse(path, text)]),
)

function parse(path: string, text: string): Effects {
  const effects = new Map<string, Effect>(OPTIONAL.test(path) ? [] : [['', 'unclear']])
  for (const part of text.split('; ')) {
    const [effect = '', values = ''] = part.split(': ')
    for (const value of values.split(' ')) effects.set(value, effect as Effect)
  }
  return effects
}

/** The modifier elements that stand in the resource itself, by its type: name and effects. */
export const ROOT_EFFECTS: ReadonlyMap<string, readonly (readonly [name: string, Effects])[]> =
  rootEffects()

function rootEffects(): Map<string, [string, Effects][]> {
  const roots = new Map<string, [string, Effects][]>()
  for (const [path, effects] of EFFECTS) {
    const [type = '', name = '', ...rest] = path.split('.')
    if (rest.length > 0 || [...effects.values()].every((effect) => effect === 'none')) continue
    roots.set(type, [...(roots.get(type) ?? []), [name, effects]])
  }
  return roots
}
