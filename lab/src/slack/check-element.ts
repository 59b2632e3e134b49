import { checkText, checkTextObject, PLAIN } from './check-text-object.ts'
import {
  checkObjects,
  checkOneOf,
  checkString,
  checkUrl,
  type Findings,
  isObject,
  type JsonObject,
} from './findings.ts'
import { LIMITS } from './limits.ts'

const SELECTS = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
])
const OTHERS = [
  'checkboxes',
  'radio_buttons',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'workflow_button',
  'icon_button',
  'feedback_buttons',
]

/** An element of an actions block, or a section's accessory. */
export function checkElement(element: JsonObject, found: Findings, more: readonly string[] = []): void {
  const type = element.type
  if (typeof type !== 'string') {
    found.at('type').add('is missing')
    return
  }
  checkString(element, 'action_id', found, { min: 1, max: LIMITS.actionId })
  checkConfirm(element, found)
  if (type === 'button') checkButton(element, found)
  else if (type === 'image' && more.includes(type)) checkImage(element, found)
  else if (type === 'overflow') checkOptions(element, found, LIMITS.overflowOptions)
  else if (SELECTS.includes(type)) {
    checkTextObject(element, 'placeholder', found, { max: LIMITS.placeholderText, types: PLAIN })
    checkOptions(element, found, LIMITS.options)
  } else if (!OTHERS.includes(type)) found.at('type').add(`${JSON.stringify(type)} is no element for this place`)
}

function checkButton(button: JsonObject, found: Findings): void {
  checkTextObject(button, 'text', found, { max: LIMITS.buttonText, types: PLAIN, required: true })
  checkUrl(button, 'url', found, LIMITS.buttonUrl)
  checkString(button, 'value', found, { max: LIMITS.buttonValue })
  checkOneOf(button, 'style', ['primary', 'danger'], found)
  checkString(button, 'accessibility_label', found, { max: LIMITS.accessibilityLabel })
}

export function checkImage(image: JsonObject, found: Findings): void {
  if (image.image_url === undefined && image.slack_file === undefined) found.add('needs image_url or slack_file')
  checkUrl(image, 'image_url', found, LIMITS.imageUrl)
  checkString(image, 'alt_text', found, { min: 1, max: LIMITS.imageAltText, required: true })
}

function checkOptions(element: JsonObject, found: Findings, max: number): void {
  for (const [option, here] of checkObjects(element, 'options', found, { min: 1, max })) {
    checkTextObject(option, 'text', here, { max: LIMITS.optionText, required: true })
    checkString(option, 'value', here, { max: LIMITS.optionValue })
  }
}

function checkConfirm(element: JsonObject, found: Findings): void {
  if (element.confirm === undefined) return
  const here = found.at('confirm')
  if (!isObject(element.confirm)) {
    here.add('must be an object')
    return
  }
  const { title, text, confirm, deny } = element.confirm
  if (title !== undefined) checkText(title, here.at('title'), { max: LIMITS.confirmTitle, types: PLAIN })
  if (text !== undefined) checkText(text, here.at('text'), { max: LIMITS.confirmText })
  if (confirm !== undefined) checkText(confirm, here.at('confirm'), { max: LIMITS.confirmButton, types: PLAIN })
  if (deny !== undefined) checkText(deny, here.at('deny'), { max: LIMITS.confirmButton, types: PLAIN })
}
