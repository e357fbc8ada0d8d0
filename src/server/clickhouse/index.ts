export {
  type Clickhouse,
  ClickhouseMissing,
  type ClickhouseOptions,
  type ClickhouseRow,
  type ClickhouseValue,
  isClickhouseInstalled,
  openClickhouse,
} from './clickhouse.ts';
