#!/usr/bin/env pwsh
# One name for each thing that is done with this repository: ./build.ps1 [TARGET [ARGUMENTS]]. Thin: a target is one call.
param([string] $Target = 'build', [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @())

$targets = [ordered] @{
    build          = { dotnet build @Rest }
    test           = { dotnet test @Rest }
    format         = { dotnet format @Rest }
    demo           = { dotnet run --project src/DmDelegation.ServerStub -- demo @Rest }
    native         = { bash packaging/build/publish-native artifacts/native @Rest }
    locks          = { bash packaging/build/locks @Rest }
    package        = { bash packaging/debian/build @Rest }
    'package-test' = { bash packaging/debian/test @Rest }
    footprint      = { bash packaging/measure/footprint @Rest }
    containers     = { bash packaging/test/containers @Rest }
    ci             = { bash .ci/run @Rest }
}

if (-not $targets.Contains($Target)) {
    Write-Error "no target '$Target'; there are: $($targets.Keys -join ', ')"
    exit 2
}
Push-Location $PSScriptRoot
try { & $targets[$Target] } finally { Pop-Location }
exit $LASTEXITCODE
