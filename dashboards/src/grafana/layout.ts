import type { GridPos, Panel, RowPanel } from '@grafana/schema'

/** Grafana's grid: 24 columns, rows of 30 px with 8 px between them. */
export const GRID_COLUMNS = 24

/**
 * What a full-HD screen shows without scrolling: 1080 px less about 130 of browser and 110 of Grafana's own bars, at
 * 38 px a grid row.
 */
export const SCREEN_ROWS = 22

export interface Row {
  /** In grid rows. */
  height: number
  /** Each panel with its width in grid columns, from left to right. */
  panels: readonly (readonly [panel: Panel | RowPanel, width: number])[]
}

/** A heading across the dashboard that people can fold what follows under. Its panels are the rows after it. */
export function heading(id: number, title: string): Row {
  return { height: 1, panels: [[{ collapsed: false, id, panels: [], title, type: 'row' }, GRID_COLUMNS]] }
}

/** Places the panels row by row. Throws when a row does not fill the width exactly. */
export function layout(rows: readonly Row[]): (Panel | RowPanel)[] {
  let y = 0
  return rows.flatMap(({ height, panels }) => {
    let x = 0
    const placed = panels.map(([panel, width]) => {
      const gridPos: GridPos = { h: height, w: width, x, y }
      x += width
      return { ...panel, gridPos }
    })
    if (x !== GRID_COLUMNS) throw new Error(`the row of ${placed[0]?.title} is ${x} columns wide, not ${GRID_COLUMNS}`)
    y += height
    return placed
  })
}
