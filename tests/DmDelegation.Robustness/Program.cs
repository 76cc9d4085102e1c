using DmDelegation.Robustness;
using DmDelegation.Robustness.Footprint;
using DmDelegation.Tests.Conformance;
using DmDelegation.Tests.Manual;

return args switch
{
    ["sbom", .. var options] => Sbom.Run(options, Console.Error) ?? Usage(),
    ["bench", ..] => Bench.Run(Console.Out),
    ["conformance"] => Conformance(ConformanceReport.WriteText),
    ["conformance", "--json"] => Conformance(ConformanceReport.WriteJson),
    ["footprint", .. var options] => await FootprintRun.RunAsync(options, Console.Out) ?? Usage(),
    ["manual", var folder] => WriteManual(folder),
    ["simulate", .. var options] => Simulate.Run(options, Console.Out) ?? Usage(),
    _ => Usage(),
};

static int Conformance(Action<TextWriter> write)
{
    write(Console.Out);
    return 0;
}

static int WriteManual(string folder)
{
    Console.WriteLine($"{ManualFiles.Write(folder)} files in {folder}");
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: DmDelegation.Robustness VERB
          sbom --package ROOT --assets FILE --deb FILE --architecture A --version V --created SECONDS --out FILE
                  the SPDX document of a Debian package; packaging/debian/build calls it
          bench   measure access decisions, commits and snapshots of the tree; compare figures of one run only
          conformance [--json]
                  how many requirements of each series a test names, which are named as not tested and why, and where the tests are
          footprint --agent FILE [--json | --markdown]
                  storage, memory, start and writes of a built agent, against the budgets; exit code 1 if a limit is passed
          manual OUT
                  write the manual pages of dmagent and its completions for bash, zsh and fish below the folder OUT
          simulate --seed N [--seeds K] [--steps M] [--json] [--trace]
                  a device, its servers, a bad network, clocks that lie and power that fails: M steps (300) for each of K seeds (1) from N
                  on; what invariant fails is told with seed and step, and the same seed shows it again. Exit code 1 if one fails
        """);
    return 2;
}
