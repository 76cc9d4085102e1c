using DmDelegation.Robustness;

return args switch
{
    ["bench", ..] => Bench.Run(Console.Out),
    ["simulate", .. var options] => Simulate.Run(options, Console.Out) ?? Usage(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: DmDelegation.Robustness VERB
          bench   measure access decisions, commits and snapshots of the tree; compare figures of one run only
          simulate --seed N [--seeds K] [--steps M] [--json] [--trace]
                  a device, its servers, a bad network, clocks that lie and power that fails: M steps (300) for each of K seeds (1) from N
                  on; what invariant fails is told with seed and step, and the same seed shows it again. Exit code 1 if one fails
        """);
    return 2;
}
