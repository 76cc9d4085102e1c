namespace DmDelegation.Protocol;

/// <summary>Content of Target or Source (DTD: LocURI, LocName?).</summary>
/// <param name="LocURI">An address, as received but for surrounding white space (REP-022). Not normalised here.</param>
/// <param name="LocName">A display name; in SyncHdr/Source the user name (PRO-020).</param>
public sealed record Location(string LocURI, string? LocName = null);
