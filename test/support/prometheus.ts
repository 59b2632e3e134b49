/** An instant query, as [labels, value] pairs. */
export async function query(prometheusUrl: string, promql: string): Promise<[Record<string, string>, number][]> {
  const response = await fetch(`${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: promql })}`)
  const body = (await response.json()) as {
    status: string
    error?: string
    data: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  if (body.status !== 'success') throw new Error(`${promql}: ${body.error}`)
  return body.data.result.map((series) => [series.metric, Number(series.value[1])])
}
