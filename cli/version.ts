/** The version that `mmtsdb --version` tells: package.json's, which a test compares. */
export const VERSION = '0.1.0';
