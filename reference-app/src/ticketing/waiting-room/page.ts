import { readFileSync } from 'node:fs'
import type { Place } from './place.ts'

/** Also served when no API is up. Self-contained: no script, no font, no image. */
export const STATIC_PAGE = readFileSync(new URL('static.html', import.meta.url), 'utf8')
/** Both pages look alike, and the style stands in one place. */
const STYLE = /<style>[\s\S]*?<\/style>/.exec(STATIC_PAGE)?.[0] ?? ''

const number = new Intl.NumberFormat('en')
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

/** Nobody is in line yet. `problem`: what was wrong with the last attempt. */
export function entrancePage(problem = ''): string {
  return page({
    title: 'Waiting room',
    body: `<h1>Waiting room</h1>
<p>Tickets are sold in the order of this line. Join it with your user number; this page then shows your place.</p>
${problem === '' ? '' : `<p class="note" role="alert">${escaped(problem)}</p>`}
<form method="post" action="/waiting-room">
<label for="user">User number</label>
<input id="user" name="userId" inputmode="numeric" pattern="[1-9][0-9]{0,9}" maxlength="10" required autocomplete="off">
<button>Join the line</button>
</form>`,
  })
}

/** @param pauseSeconds after which the page asks again, which also keeps the place */
export function placePage(place: Place, pauseSeconds: number, banner: string | null): string {
  const note = banner === null ? '' : `<p class="note" role="status">${escaped(banner)}</p>`
  if (place.status === 'admitted') {
    return page({
      title: 'It is your turn',
      body: `<h1>It is your turn</h1>
${note}<p>Choose and reserve your seats until <time datetime="${place.expiresAt}">${until(place)}</time>.</p>
<p>Your token, for the header <code>QUEUE-TOKEN</code>:</p>
<p><code class="token">${escaped(place.token)}</code></p>`,
    })
  }
  const people = place.position === 1 ? 'person is' : 'people are'
  return page({
    title: `${number.format(place.position)} ahead of you`,
    refresh: pauseSeconds,
    body: `<h1><span class="place">${number.format(place.position)}</span> ${people} ahead of you</h1>
${note}<p>About ${duration(place.estimatedWaitSeconds)} to go, or longer while the house is full.</p>
<p>Leave this page open: it asks again after ${duration(pauseSeconds)}, and so keeps your place.</p>`,
  })
}

/** It cannot be said now whose turn it is. */
export function closedPage(pauseSeconds: number): string {
  return page({
    title: 'One moment',
    refresh: pauseSeconds,
    body: `<h1>One moment</h1>
<p>The waiting room does not answer. Your place is kept, and nobody is let in before you.</p>
<p>This page tries again after ${duration(pauseSeconds)}.</p>`,
  })
}

function page({ title, body, refresh }: { title: string; body: string; refresh?: number }): string {
  const again = refresh === undefined ? '' : `<meta http-equiv="refresh" content="${refresh}; url=/waiting-room">\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${again}<title>${escaped(title)}</title>
${STYLE}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

function until({ expiresAt }: Place): string {
  return `${clock.format(new Date(expiresAt))} UTC`
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  return `${number.format(Math.round(seconds / 60))} minutes`
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
