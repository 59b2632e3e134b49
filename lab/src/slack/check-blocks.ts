import { checkElement, checkImage } from './check-element.ts'
import { checkText, checkTextObject, PLAIN } from './check-text-object.ts'
import {
  characters,
  checkObjects,
  checkString,
  checkUrl,
  type Findings,
  isObject,
  type JsonObject,
} from './findings.ts'
import { LIMITS } from './limits.ts'

/**
 * One check for each kind of block. Kinds that Slack has and whose insides we do not know in full check what is
 * documented.
 */
const KINDS: Record<string, (block: JsonObject, found: Findings) => void> = {
  actions: (block, found) => {
    for (const [element, here] of checkObjects(block, 'elements', found, {
      min: 1,
      max: LIMITS.actionsElements,
      required: true,
    })) {
      checkElement(element, here)
    }
  },
  context: (block, found) => {
    for (const [element, here] of checkObjects(block, 'elements', found, {
      min: 1,
      max: LIMITS.contextElements,
      required: true,
    })) {
      if (element.type === 'image') checkImage(element, here)
      else checkText(element, here, { max: LIMITS.contextText })
    }
  },
  context_actions: (block, found) => void checkObjects(block, 'elements', found, { min: 1, max: 5, required: true }),
  divider: () => {},
  file: (block, found) => {
    checkString(block, 'external_id', found, { min: 1, required: true })
    if (block.source !== 'remote') found.at('source').add('must be "remote"')
  },
  header: (block, found) =>
    checkTextObject(block, 'text', found, { max: LIMITS.headerText, types: PLAIN, required: true }),
  image: (block, found) => {
    checkImage(block, found)
    checkTextObject(block, 'title', found, { max: LIMITS.imageTitle, types: PLAIN })
  },
  input: (block, found) => {
    checkTextObject(block, 'label', found, { max: 2000, types: PLAIN, required: true })
    if (!isObject(block.element)) found.at('element').add('is missing')
  },
  markdown: (block, found) => checkString(block, 'text', found, { min: 1, max: LIMITS.markdownText, required: true }),
  rich_text: (block, found) => void checkObjects(block, 'elements', found, { required: true }),
  section: (block, found) => {
    if (block.text === undefined && block.fields === undefined) found.add('needs text or fields')
    checkTextObject(block, 'text', found, { max: LIMITS.sectionText })
    const fields = checkObjects(block, 'fields', found, { min: 1, max: LIMITS.sectionFields })
    for (const [field, here] of fields) checkText(field, here, { max: LIMITS.sectionFieldText })
    if (isObject(block.accessory)) checkElement(block.accessory, found.at('accessory'), ['image'])
    else if (block.accessory !== undefined) found.at('accessory').add('must be an object')
  },
  table: (block, found) => {
    const rows = block.rows
    if (!Array.isArray(rows) || rows.length === 0) return found.at('rows').add('needs at least one row')
    if (rows.length > LIMITS.tableRows) found.at('rows').add(`has ${rows.length}; ${LIMITS.tableRows} are allowed`)
    for (const [i, row] of rows.entries()) {
      if (!Array.isArray(row)) found.at('rows').at(i).add('must be a list of cells')
      else if (row.length > LIMITS.tableCells)
        found.at('rows').at(i).add(`has ${row.length}; ${LIMITS.tableCells} are allowed`)
    }
  },
  video: (block, found) => {
    checkTextObject(block, 'title', found, { max: LIMITS.videoTitle, types: PLAIN, required: true })
    checkString(block, 'alt_text', found, { min: 1, required: true })
    for (const key of ['video_url', 'thumbnail_url']) {
      checkString(block, key, found, { min: 1, required: true })
      checkUrl(block, key, found)
    }
  },
}

/** The `blocks` of a message or of an attachment. */
export function checkBlocks(owner: JsonObject, found: Findings): void {
  const blocks = checkObjects(owner, 'blocks', found, { max: LIMITS.blocks })
  const ids = new Set<unknown>()
  for (const [block, here] of blocks) {
    checkString(block, 'block_id', here, { min: 1, max: LIMITS.blockId })
    if (block.block_id !== undefined && ids.has(block.block_id)) here.at('block_id').add('occurs twice in this message')
    ids.add(block.block_id)
    const check = typeof block.type === 'string' && Object.hasOwn(KINDS, block.type) ? KINDS[block.type] : undefined
    if (check === undefined) here.at('type').add(`${JSON.stringify(block.type) ?? 'nothing'} is no kind of block`)
    else check(block, here)
  }
  const markdown = blocks.filter(([block]) => block.type === 'markdown').map(([block]) => block.text)
  const length = markdown.reduce((sum: number, text) => sum + (typeof text === 'string' ? characters(text) : 0), 0)
  if (markdown.length > 1 && length > LIMITS.markdownText) {
    found.at('blocks').add(`hold ${length} characters of markdown; ${LIMITS.markdownText} are allowed together`)
  }
  if (blocks.filter(([block]) => block.type === 'table').length > 1) found.at('blocks').add('hold more than one table')
}
