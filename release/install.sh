#!/bin/sh
# Installs clauder and cc-route, one file under two names, for the current user.
#
#   curl -fsSL <release>/install.sh | sh
#   curl -fsSL <release>/install.sh | sh -s -- --dir ~/bin --no-modify-path
#
# It never asks for root. What it fetched is compared with the release's SHA256SUMS and started
# once before it takes the place of an older version. `sh install.sh --help` lists the options.
#
# The whole script is one group of commands, so that a shell runs none of it before it has all of it.
{
set -u
umask 022

# Where releases are: a release writes its own address here.
download_url='@DOWNLOAD_URL@'
download_url=${CC_ROUTE_DOWNLOAD_URL:-$download_url}

MARK='# added by the cc-route installer'

usage() {
  cat <<'END'
Installs clauder and cc-route.

  sh install.sh [options]

  --dir FOLDER       where to put them (default: ~/.local/bin)
  --version X.Y.Z    this version instead of the latest
  --binary FILE      install this file, fetch nothing
  --no-modify-path   leave the shell's start-up files alone
  --uninstall        remove both names and the line in the start-up files; configuration and
                     state stay, and are named
  --help             this text

Environment: CC_ROUTE_DOWNLOAD_URL, the address of a mirror: a folder with SHA256SUMS and the
executables in it.
END
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "install.sh: $1"
  shift
  for line in "$@"; do say "  $line"; done
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Prints the name of this machine's executable without `clauder-`.
detect() {
  system=$(uname -s)
  machine=$(uname -m)
  case $system in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  MINGW* | MSYS* | CYGWIN* | Windows_NT)
    fail 'this is Windows.' 'Use install.ps1 in PowerShell, or this script inside of WSL.' ;;
  *) fail "there is no executable for $system." 'There are some for Linux, macOS and Windows.' ;;
  esac
  case $machine in
  x86_64 | amd64) machine=x64 ;;
  aarch64 | arm64) machine=arm64 ;;
  *) fail "there is no executable for $machine processors." 'There are some for x64 and arm64.' ;;
  esac
  # A shell under Rosetta says x86_64 on Apple silicon.
  if [ "$system-$machine" = macos-x64 ] &&
    [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    machine=arm64
  fi
  # A 32-bit system on a 64-bit kernel can't run it.
  if [ "$system" = linux ] && has getconf && [ "$(getconf LONG_BIT 2>/dev/null)" = 32 ]; then
    fail 'this is a 32-bit system.' 'The executables are for 64-bit ones.'
  fi
  libc=''
  if [ "$system" = linux ] && is_musl; then libc=-musl; fi
  printf '%s' "$system-$machine$libc"
}

# A glibc system may have musl installed beside it; its own ldd decides.
is_musl() {
  if has ldd; then
    case $(ldd --version 2>&1) in
    *musl*) return 0 ;;
    *GLIBC* | *'GNU libc'* | *'GNU C Library'*) return 1 ;;
    esac
  fi
  for loader in /lib/ld-musl-*; do
    [ -e "$loader" ] && [ ! -e /lib64/ld-linux-x86-64.so.2 ] &&
      [ ! -e /lib/ld-linux-aarch64.so.1 ] && return 0
  done
  return 1
}

# fetch URL FILE
fetch() {
  if has curl; then
    progress=-sS
    if [ -t 2 ]; then progress=-#; fi
    curl -fL "$progress" --retry 2 --connect-timeout 20 -o "$2" "$1"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail 'neither curl nor wget is there.' 'Install one of them, or fetch the file yourself and use --binary.'
  fi
}

# sha256_of FILE
sha256_of() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 "$1" | sed 's/.* //'
  else
    fail 'there is no program to compute SHA-256 with.' 'Install sha256sum (coreutils), shasum or openssl.'
  fi
}

# Fetches the executable into $work/clauder and checks it.
download() {
  case $download_url in
  @*) fail 'this copy of the installer belongs to no release.' \
    'Take the one of a release, set CC_ROUTE_DOWNLOAD_URL, or use --binary FILE.' ;;
  http://127.0.0.1[:/]* | http://localhost[:/]* | https://*) ;;
  *) fail "$download_url is no https address." ;;
  esac
  if [ -n "$version" ]; then
    download_url=$(printf '%s' "$download_url" | sed "s|/latest/download\$|/download/v$version|")
  fi
  name=clauder-$target
  if has gzip; then file=$name.gz; else file=$name; fi
  say "Fetching $file …"
  fetch "$download_url/SHA256SUMS" "$work/SHA256SUMS" ||
    fail "could not fetch $download_url/SHA256SUMS." 'Check the network and the version.'
  fetch "$download_url/$file" "$work/$file" ||
    fail "could not fetch $download_url/$file." 'Check the network, and the free space.'
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\)  $file\$/\1/p" "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS has no line for $file." 'Nothing was installed.'
  actual=$(sha256_of "$work/$file")
  [ "$actual" = "$expected" ] || fail "$file is not what the release says that it is." \
    "expected $expected" "received $actual" 'Nothing was installed. Try again; if it stays, report it.'
  if [ "$file" != "$name" ]; then
    gzip -d "$work/$file" || fail "could not unpack $file." 'Check the free space.'
  fi
  mv "$work/$name" "$work/clauder"
}

# The new file has to answer before it takes the old one's place.
try_out() {
  chmod 755 "$work/clauder"
  ln -s clauder "$work/cc-route"
  if ! answer=$("$work/cc-route" --version 2>&1); then
    say "$answer"
    case $target in
    *musl) fail 'the executable does not start.' 'It needs libstdc++: apk add libstdc++' ;;
    *) fail 'the executable does not start on this machine; its message is above.' 'Nothing was installed.' ;;
    esac
  fi
  case $answer in
  'cc-route '*) ;;
  *) fail "that is not clauder: it answered \"$answer\"." 'Nothing was installed.' ;;
  esac
}

# The start-up file of the user's shell.
rc_file() {
  case ${SHELL##*/} in
  zsh) printf '%s' "${ZDOTDIR:-$HOME}/.zshrc" ;;
  bash) if [ "$(uname -s)" = Darwin ]; then printf '%s' "$HOME/.bash_profile"; else printf '%s' "$HOME/.bashrc"; fi ;;
  fish) printf '%s' "${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish" ;;
  *) printf '%s' "$HOME/.profile" ;;
  esac
}

# Puts the folder on PATH by one marked line, once.
add_to_path() {
  rc=$(rc_file)
  if [ -f "$rc" ] && grep -qF "$MARK" "$rc"; then return; fi
  quoted=$(printf '%s' "$dir" | sed "s/'/'\\\\''/g")
  case $rc in
  *.fish) line="fish_add_path '$quoted' $MARK" ;;
  *) line="export PATH='$quoted':\"\$PATH\" $MARK" ;;
  esac
  if mkdir -p "$(dirname "$rc")" 2>/dev/null && printf '%s\n' "$line" >>"$rc" 2>/dev/null; then
    say "$dir is now on PATH, by a line in $rc. Open a new terminal, or:"
    say "  export PATH='$quoted':\"\$PATH\""
  else
    say "$rc can't be written. Add $dir to PATH yourself."
  fi
}

uninstall() {
  removed=''
  for name in clauder cc-route; do
    if [ -e "$dir/$name" ] || [ -L "$dir/$name" ]; then
      rm -f "$dir/$name" || fail "could not remove $dir/$name."
      removed="$removed $dir/$name"
    fi
  done
  rc=$(rc_file)
  if [ -f "$rc" ] && grep -qF "$MARK" "$rc"; then
    # Written back into the same file, which may be a link or have a mode of its own.
    kept=$(grep -vF "$MARK" "$rc")
    if [ -n "$kept" ]; then printf '%s\n' "$kept" >"$rc"; else : >"$rc"; fi
    removed="$removed and the line in $rc"
  fi
  if [ -z "$removed" ]; then
    say "There is nothing of cc-route in $dir."
    return
  fi
  say "Removed$removed."
  say "Left as they are: your configuration (~/.claude/settings.cc-route.json) and the state folder (${XDG_STATE_HOME:-~/.local/state}/cc-route)."
}

install() {
  mkdir -p "$dir" 2>/dev/null || fail "the folder $dir can't be made." 'Choose another one with --dir.'
  # In the folder itself, so that the last step is a rename.
  work=$(mktemp -d "$dir/.cc-route-install.XXXXXX" 2>/dev/null) ||
    fail "the folder $dir can't be written." 'Choose another one with --dir.'
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  if [ -n "$binary" ]; then
    [ -f "$binary" ] || fail "there is no file $binary."
    cp "$binary" "$work/clauder" || fail "could not copy $binary." 'Check the free space.'
  else
    download
  fi
  try_out
  for name in clauder cc-route; do
    if [ -d "$dir/$name" ] && [ ! -L "$dir/$name" ]; then
      fail "$dir/$name is a folder." 'Remove it, or choose another place with --dir.'
    fi
  done
  if ! { mv -f "$work/clauder" "$dir/clauder" && mv -f "$work/cc-route" "$dir/cc-route"; }; then
    fail "could not put the files into $dir."
  fi
  say "Installed: $answer, as clauder and cc-route in $dir."
}

next_step() {
  case ":$PATH:" in
  *":$dir:"*)
    found=$(command -v clauder 2>/dev/null || :)
    if [ -n "$found" ] && [ "$found" != "$dir/clauder" ]; then
      say "Careful: $found comes first on PATH, and is another file."
    fi
    ;;
  *)
    if [ "$modify_path" = yes ]; then add_to_path; else say "$dir is not on PATH."; fi
    ;;
  esac
  has claude || say 'Claude Code is not installed yet: npm install -g @anthropic-ai/claude-code'
  say 'Next: clauder --model echo'
}

main() {
  dir='' version='' binary='' modify_path=yes action=install
  while [ $# -gt 0 ]; do
    case $1 in
    --dir | --version | --binary)
      [ -n "${2:-}" ] || fail "$1 needs a value." 'See: sh install.sh --help'
      case $1 in
      --dir) dir=$2 ;;
      --version) version=${2#v} ;;
      --binary) binary=$2 ;;
      esac
      shift
      ;;
    --dir=*) dir=${1#*=} ;;
    --version=*) version=${1#*=} version=${version#v} ;;
    --binary=*) binary=${1#*=} ;;
    --no-modify-path) modify_path=no ;;
    --uninstall) action=uninstall ;;
    --help | -h) usage; exit 0 ;;
    *) fail "unknown option $1." 'See: sh install.sh --help' ;;
    esac
    shift
  done
  case $version in *[!0-9A-Za-z.+-]*) fail "\"$version\" is no version." ;; esac
  if [ -z "$dir" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set.' 'Name a folder with --dir.'
    dir=$HOME/.local/bin
  fi
  case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
  dir=${dir%/}
  if [ "$action" = uninstall ]; then uninstall; exit 0; fi
  if [ -n "$binary" ]; then target=''; else target=$(detect) || exit 1; fi
  install
  next_step
}

main "$@"
exit 0
}
