/** The environment variables a build listens to. */
import { cacheDirectoryIn } from "#settings";

export interface BuildSettings {
  readonly sdkWheel: string | undefined;
  readonly caCertificate: string | undefined;
  /** Set by CI; asked of git otherwise. */
  readonly revision: string | undefined;
  readonly version: string | undefined;
  /** The interpreter that this program was installed for, when it came by pip. */
  readonly ownPython: string | undefined;
  readonly cacheDirectory: string;
  /** SOURCE_DATE_EPOCH: seconds since 1970, in place of the time of now. */
  readonly epoch: number | undefined;
}

export function readBuildSettings(): BuildSettings {
  const {
    COG_SDK_WHEEL,
    COG_CA_CERT,
    GITHUB_SHA,
    GITHUB_REF_NAME,
    COG_PYTHON_CLI,
    SOURCE_DATE_EPOCH = "",
  } = process.env;
  return {
    sdkWheel: COG_SDK_WHEEL,
    caCertificate: COG_CA_CERT,
    revision: GITHUB_SHA,
    version: GITHUB_REF_NAME,
    ownPython: COG_PYTHON_CLI,
    cacheDirectory: cacheDirectoryIn(),
    epoch: /^\d+$/.test(SOURCE_DATE_EPOCH) ? Number(SOURCE_DATE_EPOCH) : undefined,
  };
}
