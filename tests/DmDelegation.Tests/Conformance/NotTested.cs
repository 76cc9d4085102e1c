namespace DmDelegation.Tests.Conformance;

/// <summary>Why a requirement has no test.</summary>
public enum Why
{
    /// <summary>It asks nothing of this agent.</summary>
    NotApplicable,

    /// <summary>What it needs is not built yet.</summary>
    NotYet,
}

/// <summary>Requirements of the closed series that no test names, each with its reason. A requirement with a test does not stand here.</summary>
public static class NotTested
{
    /// <summary>Series in which every requirement has a test or a row below.</summary>
    public static readonly string[] ClosedSeries = ["DEL"];

    /// <summary>One row per requirement.</summary>
    public static readonly (string Id, Why Why, string Reason)[] Rows =
    [
        ("DEL-177", Why.NotYet, "Package 0 is not built yet; B is contacted by the agent itself (DEL-178)"),
        ("DEL-179", Why.NotYet, "Package 0 is not built yet"),
        ("DEL-185", Why.NotYet, "Package 0 is not built yet"),
        ("DEL-335", Why.NotYet, "bootstrap, provisioning documents and Inbox are not built yet"),
    ];
}
