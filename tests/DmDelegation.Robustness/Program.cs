using DmDelegation.Robustness;

return args switch
{
    ["bench", ..] => Bench.Run(Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: DmDelegation.Robustness VERB
          bench   measure access decisions, commits and snapshots of the tree; compare figures of one run only
        """);
    return 2;
}
