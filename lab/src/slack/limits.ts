/**
 * Slack's documented limits, in characters (code points) unless named otherwise. Sources: docs.slack.dev, "Formatting
 * message text" (text), "Reference: secondary message attachments", "Reference: blocks", "Reference: block elements",
 * "Reference: composition objects", read in November 2026. Slack gives no figure for the length of an attachment's
 * text.
 */
export const LIMITS = {
  /** Slack cuts longer texts off; a cut message is a broken one, so we refuse it. */
  messageText: 40_000,
  attachments: 100,
  attachmentFooter: 300,
  attachmentActions: 5,
  blocks: 50,
  blockId: 255,
  sectionText: 3000,
  sectionFields: 10,
  sectionFieldText: 2000,
  headerText: 150,
  contextElements: 10,
  contextText: 3000,
  actionsElements: 25,
  imageUrl: 3000,
  imageAltText: 2000,
  imageTitle: 2000,
  /** Over all markdown blocks of a message together. */
  markdownText: 12_000,
  videoTitle: 200,
  tableRows: 100,
  tableCells: 20,
  actionId: 255,
  buttonText: 75,
  buttonUrl: 3000,
  buttonValue: 2000,
  accessibilityLabel: 75,
  placeholderText: 150,
  options: 100,
  optionText: 75,
  optionValue: 150,
  overflowOptions: 5,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
} as const
