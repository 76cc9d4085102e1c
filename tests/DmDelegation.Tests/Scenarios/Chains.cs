using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios;

/// <summary>Delegations for chains: A lends to B, B to C, C to E.</summary>
internal static class Chains
{
    public const string C = "c.example";
    public const string E = "e.example";
    public const string ChildId = "CHILD";
    private const string All = "Add+Delete+Exec+Get+Replace";

    public static Delegating Parent(string id = "7QK2", string uri = "./SCM", string rights = All, int? depth = 1, string b = Given.B) =>
        Make(id, Given.A, b, uri, rights, depth);

    public static Delegating Child(string id = ChildId, string uri = "./SCM/dir", string rights = "Get+Replace", int? depth = null, string a = Given.B, string b = C) =>
        Make(id, a, b, uri, rights, depth);

    public static Delegating Shared(this Delegating delegation)
    {
        delegation["Control"] = "shared";
        return delegation;
    }

    /// <summary>With A's time at Start, so that the leaf is there for A to write again.</summary>
    public static Delegating Telling(this Delegating delegation)
    {
        delegation["Expiry/Now"] = "20300101T030405Z";
        return delegation;
    }

    public static Delegating Full(Delegating delegation)
    {
        var depth = delegation["SubDelegation"];
        delegation.Full(signed: delegation.A == Given.A);
        delegation["SubDelegation"] = depth;
        return delegation;
    }

    private static Delegating Make(string id, string a, string b, string uri, string rights, int? depth)
    {
        var delegation = new Delegating(id, a, b) { ["SubDelegation"] = depth?.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        delegation.Scope[0] = new(uri, rights);
        return delegation;
    }
}
