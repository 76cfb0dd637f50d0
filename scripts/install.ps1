# Installs BONSAI for this user on Windows: finds a Python, the rest is install.py.
#
#     powershell -ExecutionPolicy Bypass -File scripts\install.ps1 [FOLDER]
#     powershell -ExecutionPolicy Bypass -File scripts\install.ps1 --undo [FOLDER]
#
# Where PowerShell may run no scripts: py -3 scripts\install.py

$script = Join-Path $PSScriptRoot "install.py"
$fits = "import sys; sys.exit(sys.version_info < (3, 11))"
$found = ""

foreach ($line in @("py -3", "py -3.13", "py -3.12", "py -3.11", "python", "python3")) {
    $program, $version = $line.Split(" ")
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    $options = @($version | Where-Object { $_ })
    & $program @options -c $fits 2>$null  # the stand-in of the Microsoft Store fails here, too
    if ($LASTEXITCODE -eq 0) {
        & $program @options $script @args
        exit $LASTEXITCODE
    }
    $found += " $line;"
}

if ($found) {
    Write-Host "X No Python fits."
    Write-Host "  BONSAI needs 3.11 or newer. Tried:$found"
} else {
    Write-Host "X There is no Python."
    Write-Host "  Looked for py, python and python3."
}
Write-Host "  Run: winget install --scope user Python.Python.3.13   (or see https://www.python.org/downloads)"
exit 2
