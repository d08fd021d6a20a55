# shellcheck shell=sh disable=SC2154
# Sourced by the scripts beside this folder. The sourcing script sets `root` to the clone's top
# folder and calls `setup_bun`, which puts Bun in the version that package.json pins first on PATH
# and installs the dependencies of the lock file. Where nothing is to be installed it says nothing
# and takes a few milliseconds.

setup_fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# True if the given executable is Bun in the pinned version.
is_pinned_bun() {
  [ "$("$1" --version 2>/dev/null)" = "$bun_version" ]
}

# Installs the pinned Bun from npm into .bun/ of the clone. The folder gets its final name only
# once the executable has answered, so a broken or half-done installation is never picked up.
install_bun() {
  command -v npm >/dev/null 2>&1 ||
    setup_fail "Bun $bun_version is needed and npm is not there to install it. Install Node.js (with npm), or Bun $bun_version itself, and run this again."
  printf 'Installing Bun %s (once) …\n' "$bun_version" >&2
  mkdir -p "$root/.bun"
  staging=$(mktemp -d "$root/.bun/staging.XXXXXX")
  if ! npm install --prefix "$staging" --no-audit --no-fund --no-save --loglevel=error \
    "bun@$bun_version" >"$staging/npm.log" 2>&1; then
    cat "$staging/npm.log" >&2
    rm -rf "$staging"
    setup_fail "npm could not install bun@$bun_version; its output is above."
  fi
  # Where npm is set not to run install scripts, the package still holds its placeholder.
  if ! is_pinned_bun "$staging/node_modules/.bin/bun"; then
    (cd "$staging/node_modules/bun" && node install.js) >>"$staging/npm.log" 2>&1
  fi
  if ! is_pinned_bun "$staging/node_modules/.bin/bun"; then
    cat "$staging/npm.log" >&2
    rm -rf "$staging"
    setup_fail "The bun@$bun_version that npm installed does not run on this machine ($(uname -sm))."
  fi
  # Somebody else may have finished the same installation in the meantime: theirs is as good.
  if [ -d "$bun_home" ] && is_pinned_bun "$bun_home/node_modules/.bin/bun"; then
    rm -rf "$staging"
  else
    rm -rf "$bun_home"
    mv "$staging" "$bun_home"
  fi
}

# Installs the dependencies if node_modules is missing or was made from another lock file.
install_dependencies() {
  stamp="$root/node_modules/.installed-lock"
  if cmp -s "$root/bun.lock" "$stamp" 2>/dev/null; then
    return 0
  fi
  printf 'Installing dependencies …\n' >&2
  if ! install_output=$(cd "$root" && bun install --frozen-lockfile 2>&1); then
    printf '%s\n' "$install_output" >&2
    setup_fail "The dependencies of bun.lock could not be installed; Bun's output is above."
  fi
  cp "$root/bun.lock" "$stamp"
}

setup_bun() {
  # Both change what `bun` does; neither is meant for us.
  unset BUN_OPTIONS BUN_BE_BUN
  bun_version=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' "$root/package.json")
  bun_home="$root/.bun/$bun_version"
  if ! is_pinned_bun bun; then
    if ! is_pinned_bun "$bun_home/node_modules/.bin/bun"; then
      install_bun
    fi
    PATH="$bun_home/node_modules/.bin:$PATH"
    export PATH
  fi
  install_dependencies
}
