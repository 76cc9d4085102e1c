using DmDelegation.Tests.Scenarios;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>A device with something to steal everywhere, and B on it.</summary>
internal static class Fortress
{
    public const string Scope = "./SCM/dir";
    public const string All = "Add+Delete+Exec+Get+Replace";

    /// <summary>Every value that B may not read holds the word that no answer may hold.</summary>
    public static TestDevice Build(bool guest = true, Action<TestDeviceSetup>? change = null) => new(setup =>
    {
        setup.Delegation = setup.Delegation with { StartsPerHour = 100_000 };
        setup.Nodes.RemoveAll(node => node.Uri is "./Net/secret" or "./Rogue/n" or "./Net/eth0" or "./Vendor/Trust/anchor");
        setup.Nodes.AddRange([
            ("./SCM/dir/deep", "", null), ("./SCM/dir/deep/leaf", "", "3"), ("./SCM/dir/z", "", "z"), ("./SCM/y", "", null), ("./SCM/y/leaf", "", "canary-y"),
            ("./Net/eth0", "", "canary-eth0"), ("./Net/secret", "Get=a.example&Replace=a.example", "canary-secret"), ("./Vendor/Trust/anchor", "", "canary-anchor"),
            ("./Rogue/n", "", "canary-rogue")]);
        if (guest)
        {
            // Wildcards, and entries that wait for a B: to a guest they are nothing (DEL-330).
            setup.Nodes.AddRange([
                ("./Open", "Add=*&Delete=*&Exec=*&Get=a.example&Replace=*", null), ("./Open/leaf", "", "canary-open"), ("./Open/dir", "", null),
                ("./Stale", "Add=b.example&Delete=b.example&Exec=b.example&Get=b.example&Replace=b.example", null), ("./Stale/leaf", "", "canary-stale")]);
        }
        else
        {
            setup.Known.Add(Given.B);
        }

        setup.Nodes[setup.Nodes.FindIndex(node => node.Uri == "./SCM/x")] = ("./SCM/x", "", "canary-x");
        change?.Invoke(setup);
    });

    /// <summary>The delegation of a subtree to B.</summary>
    public static Delegating Part(bool guest = true, string rights = All, string id = "7QK2")
    {
        var delegation = new Delegating(id) { ["Server/Name"] = "Company B" };
        delegation.Scope.Clear();
        delegation.Scope.Add(new(Scope, rights));
        return guest ? delegation : delegation.KnownB();
    }

    /// <summary>That of everything; A is home authority of the root.</summary>
    public static Delegating Whole(bool guest = true)
    {
        var delegation = new Delegating { ["Server/Name"] = "Company B" }.Full(signed: true);
        return guest ? delegation : delegation.KnownB();
    }
}
