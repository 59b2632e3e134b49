import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

interface Example {
  value: unknown
}

export interface Content {
  /** Absent: anything. */
  schema?: object
  examples?: Record<string, Example>
}

export interface Parameter {
  name: string
  in: 'path' | 'header'
  required: boolean
  schema: object
  examples: Record<string, Example>
}

interface Header {
  $ref?: string
  required?: boolean
  schema: object
}

export interface Response {
  $ref?: string
  headers?: Record<string, Header>
  content?: Record<string, Content>
}

export interface Operation {
  operationId: string
  parameters?: Parameter[]
  /** How it refuses, beyond what any operation may refuse. */
  'x-problems'?: string[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, Response>
}

interface Description {
  paths: Record<string, Record<string, Operation>>
  components: {
    responses: Record<string, Response>
    headers: Record<string, Header>
    schemas: { Problem: { properties: { code: { enum: string[] } } } }
  }
}

/** What one response example says: this request gets that answer. */
export interface Exchange {
  name: string
  status: number
  path: string
  method: string
  headers: Record<string, string>
  body: unknown
  answer: unknown
}

const file = new URL('../../openapi.yaml', import.meta.url)
export const description: Description = parse(readFileSync(file, 'utf8'))

/** Every operation with its path template and its method in capitals, in the order of the file. */
export const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

/** One tells all that is wrong, the other that something is: with twenty thousand wrong items the first takes seconds, in which nothing else is done. */
const [thorough, quick] = [true, false].map((allErrors) => {
  const ajv = new Ajv2020({ strict: false, allErrors })
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  ajv.addSchema(description, 'api')
  return { ajv, validators: new Map<object, ValidateFunction>() }
}) as [Validators, Validators]

interface Validators {
  ajv: Ajv2020
  validators: Map<object, ValidateFunction>
}

function validatorOf({ ajv, validators }: Validators, schema: object): ValidateFunction {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')))
  validators.set(schema, made)
  return made
}

const ANYTHING = {}

/** What is wrong with `value`; nothing when it fits the schema, whose references are those of the file. */
export function misfits(schema: object = ANYTHING, value?: unknown): string[] {
  const validate = validatorOf(thorough, schema)
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** Whether there are no misfits, however large the value is. */
export function fits(schema: object, value: unknown): boolean {
  return validatorOf(quick, schema)(value) === true
}

/** The response that the operation promises for this status. Undefined: it is not documented. */
export function responseOf(operation: Operation, status: number): Response | undefined {
  const response = operation.responses[String(status)] ?? (status >= 400 ? operation.responses.default : undefined)
  const name = response?.$ref?.split('/').at(-1)
  return name === undefined ? response : description.components.responses[name]
}

/** What the operation promises for this status and media type. Undefined: it is not documented. */
export function documented(operation: Operation, status: number, contentType: string): Content | undefined {
  return responseOf(operation, status)?.content?.[contentType.split(';')[0] ?? '']
}

/** The headers of a response, with their references followed. */
export function headersOf({ headers = {} }: Response): Record<string, Header> {
  const followed = ({ $ref, ...header }: Header) =>
    description.components.headers[$ref?.split('/').at(-1) ?? ''] ?? header
  return Object.fromEntries(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), followed(header)]))
}

/** All exchanges that the examples of an operation describe, in the order of the file. */
export function exchangesOf(path: string, method: string, operation: Operation): Exchange[] {
  return Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
    Object.values(content).flatMap(({ examples = {} }) =>
      Object.entries(examples).map(([name, { value }]) => ({
        name,
        status: Number(status),
        path: pathFor(path, name, operation.parameters ?? []),
        method,
        headers: headersFor(name, operation.parameters ?? []),
        body: operation.requestBody?.content['application/json']?.examples?.[name]?.value,
        answer: value,
      })),
    ),
  )
}

function pathFor(template: string, name: string, parameters: Parameter[]): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, parameter) => {
    const example = parameters.find((known) => known.name === parameter)?.examples[name]
    if (example === undefined) throw new Error(`${template}: no example "${name}" of ${parameter}`)
    return String(example.value)
  })
}

function headersFor(name: string, parameters: Parameter[]): Record<string, string> {
  const given = parameters.filter((parameter) => parameter.in === 'header' && name in parameter.examples)
  return Object.fromEntries(given.map((parameter) => [parameter.name, String(parameter.examples[name]?.value)]))
}
