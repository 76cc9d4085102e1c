using DmDelegation.Robustness;
using DmDelegation.Tests.Conformance;

return args switch
{
    ["sbom", .. var options] => Sbom.Run(options, Console.Error) ?? Usage(),
    ["bench", ..] => Bench.Run(Console.Out),
    ["conformance"] => Conformance(ConformanceReport.WriteText),
    ["conformance", "--json"] => Conformance(ConformanceReport.WriteJson),
    ["simulate", .. var options] => Simulate.Run(options, Console.Out) ?? Usage(),
    _ => Usage(),
};

static int Conformance(Action<TextWriter> write)
{
    write(Console.Out);
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
          simulate --seed N [--seeds K] [--steps M] [--json] [--trace]
                  a device, its servers, a bad network, clocks that lie and power that fails: M steps (300) for each of K seeds (1) from N
                  on; what invariant fails is told with seed and step, and the same seed shows it again. Exit code 1 if one fails
        """);
    return 2;
}
