class Clauder < Formula
  desc "Local model-routing gateway for Claude Code"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/clauder-macos-arm64.gz"
      sha256 "@SHA256:clauder-macos-arm64.gz@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/clauder-macos-x64.gz"
      sha256 "@SHA256:clauder-macos-x64.gz@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/clauder-linux-arm64.gz"
      sha256 "@SHA256:clauder-linux-arm64.gz@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/clauder-linux-x64.gz"
      sha256 "@SHA256:clauder-linux-x64.gz@"
    end
  end

  def install
    # Homebrew has unpacked the one file that the archive holds.
    bin.install Dir["clauder-*"].first => "clauder"
    bin.install_symlink "clauder" => "cc-route"
  end

  def caveats
    <<~EOS
      Claude Code itself comes from npm: npm install -g @anthropic-ai/claude-code
      Then: clauder --model echo
    EOS
  end

  test do
    assert_match "cc-route #{version}", shell_output("#{bin}/cc-route --version")
    assert_match "echo", shell_output("#{bin}/cc-route explain echo")
  end
end
