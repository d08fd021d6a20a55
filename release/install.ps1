<#
.SYNOPSIS
Installs clauder and cc-route, one file under two names, for the current user.

.DESCRIPTION
  irm <release>/install.ps1 | iex
  & ([scriptblock]::Create((irm <release>/install.ps1))) -Dir C:\tools -NoModifyPath

It never asks for administrator rights. What it fetched is compared with the release's SHA256SUMS
and started once before it takes the place of an older version. Windows PowerShell 5.1 and
PowerShell 7 run it.

.PARAMETER Dir
Where to put them. Default: %LOCALAPPDATA%\Programs\cc-route.

.PARAMETER Version
This version instead of the latest.

.PARAMETER Binary
Install this file, fetch nothing.

.PARAMETER NoModifyPath
Leave the user's PATH alone.

.PARAMETER Uninstall
Remove both names and the entry in the user's PATH; configuration and state stay.
#>
[CmdletBinding()]
param(
    [string] $Dir = '',
    [string] $Version = '',
    [string] $Binary = '',
    [switch] $NoModifyPath,
    [switch] $Uninstall
)

# Everything is in functions, and the last line calls them: a script that was cut does nothing.

# Where releases are: a release writes its own address here.
$DownloadUrl = '@DOWNLOAD_URL@'

function Get-Target {
    # Under emulation the process says x64 on an ARM machine.
    $architecture = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
    switch ($architecture) {
        'AMD64' { return 'windows-x64' }
        'ARM64' { return 'windows-arm64' }
        default { throw "There is no executable for $architecture processors. There are some for x64 and ARM64." }
    }
}

function Get-Release([string] $Name, [string] $Folder) {
    $base = if ($env:CC_ROUTE_DOWNLOAD_URL) { $env:CC_ROUTE_DOWNLOAD_URL } else { $DownloadUrl }
    if ($base.StartsWith('@')) {
        throw 'This copy of the installer belongs to no release. Take the one of a release, set CC_ROUTE_DOWNLOAD_URL, or use -Binary.'
    }
    if ($base -notmatch '^(https://|http://(127\.0\.0\.1|localhost)[:/])') { throw "$base is no https address." }
    if ($Version) { $base = $base -replace '/latest/download$', "/download/v$($Version -replace '^v', '')" }
    # Windows PowerShell 5.1 offers old TLS versions only unless it is told, and its progress bar
    # slows a download down many times.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    $ProgressPreference = 'SilentlyContinue'
    Write-Host "Fetching $Name ..."
    foreach ($file in 'SHA256SUMS', $Name) {
        try {
            Invoke-WebRequest -UseBasicParsing -Uri "$base/$file" -OutFile (Join-Path $Folder $file)
        } catch {
            throw "Could not fetch $base/${file}: $($_.Exception.Message)"
        }
    }
    $line = Get-Content (Join-Path $Folder 'SHA256SUMS') | Where-Object { $_ -match "^[0-9a-f]{64}  $([regex]::Escape($Name))$" }
    if (-not $line) { throw "SHA256SUMS has no line for $Name. Nothing was installed." }
    $expected = @($line)[0].Substring(0, 64)
    $actual = (Get-FileHash -Algorithm SHA256 (Join-Path $Folder $Name)).Hash.ToLowerInvariant()
    if ($actual -ne $expected) {
        throw "$Name is not what the release says that it is (expected $expected, received $actual). Nothing was installed."
    }
    Move-Item (Join-Path $Folder $Name) (Join-Path $Folder 'clauder.exe')
}

# The new file has to answer before it takes the old one's place.
function Test-Executable([string] $File) {
    $answer = & $File route --version 2>&1 | Out-String
    if ($LASTEXITCODE -ne 0) { throw "The executable does not start on this machine: $answer" }
    if (-not $answer.StartsWith('cc-route ')) { throw "That is not clauder: it answered '$answer'." }
    return $answer.Trim()
}

# A running executable can be renamed but not replaced.
function Move-IntoPlace([string] $From, [string] $To) {
    if (Test-Path $To) {
        $old = "$To.old"
        Remove-Item $old -Force -ErrorAction SilentlyContinue
        if (Test-Path $old) { $old = "$To.$([guid]::NewGuid().ToString('N')).old" }
        Move-Item $To $old -Force
        try {
            Move-Item $From $To
        } catch {
            Move-Item $old $To -Force
            throw
        }
        Remove-Item $old -Force -ErrorAction SilentlyContinue
    } else {
        Move-Item $From $To
    }
}

function Get-UserPath {
    $path = [Environment]::GetEnvironmentVariable('Path', 'User')
    return @(($path -split ';') | Where-Object { $_ -ne '' })
}

function Add-ToPath([string] $Folder) {
    $entries = Get-UserPath
    if ($entries -notcontains $Folder) {
        [Environment]::SetEnvironmentVariable('Path', (@($Folder) + $entries) -join ';', 'User')
        Write-Host "$Folder is now on PATH. Open a new terminal."
    }
    if (($env:Path -split ';') -notcontains $Folder) { $env:Path = "$Folder;$env:Path" }
}

function Uninstall-Clauder([string] $Folder) {
    foreach ($name in 'clauder.exe', 'cc-route.exe') {
        $file = Join-Path $Folder $name
        if (Test-Path $file) {
            Remove-Item $file -Force
            Write-Host "Removed $file."
        }
    }
    $entries = Get-UserPath
    if ($entries -contains $Folder) {
        [Environment]::SetEnvironmentVariable('Path', ($entries | Where-Object { $_ -ne $Folder }) -join ';', 'User')
        Write-Host "Removed $Folder from PATH."
    }
    Write-Host "Left as they are: your configuration ($HOME\.claude\settings.cc-route.json) and the state folder ($env:LOCALAPPDATA\cc-route)."
}

function Install-Clauder([string] $Folder) {
    New-Item -ItemType Directory -Force $Folder | Out-Null
    $work = Join-Path $Folder ".cc-route-install-$([guid]::NewGuid().ToString('N'))"
    New-Item -ItemType Directory $work | Out-Null
    try {
        if ($Binary) {
            if (-not (Test-Path $Binary -PathType Leaf)) { throw "There is no file $Binary." }
            Copy-Item $Binary (Join-Path $work 'clauder.exe')
        } else {
            Get-Release "clauder-$(Get-Target).exe" $work
        }
        $staged = Join-Path $work 'clauder.exe'
        $answer = Test-Executable $staged
        Move-IntoPlace $staged (Join-Path $Folder 'clauder.exe')
        # Links need rights that users lack; a hard link needs none, a copy is the last resort.
        $second = Join-Path $work 'cc-route.exe'
        try {
            New-Item -ItemType HardLink -Path $second -Target (Join-Path $Folder 'clauder.exe') | Out-Null
        } catch {
            Copy-Item (Join-Path $Folder 'clauder.exe') $second
        }
        Move-IntoPlace $second (Join-Path $Folder 'cc-route.exe')
        Write-Host "Installed: $answer, as clauder and cc-route in $Folder."
    } finally {
        Remove-Item $work -Recurse -Force -ErrorAction SilentlyContinue
    }
    if ($NoModifyPath) {
        if (($env:Path -split ';') -notcontains $Folder) { Write-Host "$Folder is not on PATH." }
    } else {
        Add-ToPath $Folder
    }
    if (-not (Get-Command claude -ErrorAction SilentlyContinue)) {
        Write-Host 'Claude Code is not installed yet: npm install -g @anthropic-ai/claude-code'
    }
    Write-Host 'Next: clauder --model echo'
}

function Invoke-Main {
    $ErrorActionPreference = 'Stop'
    if ($Version -match '[^0-9A-Za-z.+-]') { throw "'$Version' is no version." }
    $folder = if ($Dir) { $Dir } else { Join-Path $env:LOCALAPPDATA 'Programs\cc-route' }
    $folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($folder).TrimEnd('\')
    if ($Uninstall) { Uninstall-Clauder $folder } else { Install-Clauder $folder }
}

Invoke-Main
