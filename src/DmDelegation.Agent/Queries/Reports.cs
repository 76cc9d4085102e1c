using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmDelegation.Agent.Queries;

// The shapes of the command line's JSON: fields may be added, never changed.

/// <summary>Answer of <c>status</c>.</summary>
/// <param name="Well">No warning is worse than a notice.</param>
/// <param name="State"><c>ready</c>, or <c>stopped</c> when the store is read.</param>
/// <param name="Version">Version of the agent.</param>
/// <param name="DeviceId">The device id, DevId.</param>
/// <param name="ManagedBy">Live delegations that give rights, or are suspended.</param>
/// <param name="Home">Home authorities of the root, by name.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Delegations">Counts.</param>
/// <param name="Outbox">Acknowledgements that wait.</param>
/// <param name="Sessions">ServerIDs of running sessions.</param>
/// <param name="Warnings">What is wrong.</param>
/// <param name="Accounts">ServerIDs with an account that no delegation made.</param>
/// <param name="Waiting">Delegations that wait for their server to confirm; nobody has lost anything to them yet.</param>
internal sealed record StatusReport(
    bool Well, string State, string Version, string DeviceId, ImmutableArray<ManagerReport> ManagedBy, ImmutableArray<string> Home, ClockReport Clock,
    DelegationCounts Delegations, int Outbox, ImmutableArray<string> Sessions, ImmutableArray<WarningReport> Warnings, ImmutableArray<string> Accounts,
    ImmutableArray<WaitingReport> Waiting)
{
    /// <summary>Programs that run for servers.</summary>
    public ImmutableArray<OperationReport> Operations { get; init; } = [];

    /// <summary>Id of the agent's process; null if it does not run.</summary>
    public int? Pid { get; init; }
}

/// <summary>A program that runs because a server has executed the node it is bound to.</summary>
/// <param name="Node">URI of the node.</param>
/// <param name="Server">In whose name it runs.</param>
/// <param name="Delegation">The delegation that gave the right; null: home rights did.</param>
/// <param name="Seconds">Seconds since it was started.</param>
/// <param name="State"><c>running</c>, <c>past-point-of-no-return</c> (nothing cancels it any more) or <c>cancelling</c>.</param>
internal sealed record OperationReport(string Node, string Server, string? Delegation, long Seconds, string State);

/// <summary>A server that manages by delegation.</summary>
/// <param name="Server">The delegated server, B.</param>
/// <param name="By">The delegating server, A.</param>
/// <param name="Delegation">Delegation id.</param>
/// <param name="State">State of the delegation.</param>
/// <param name="Scope">Roots of the scope.</param>
/// <param name="Until">Latest end, <c>until-revoked</c> or <c>final</c>.</param>
/// <param name="RemainingSeconds">Seconds left; null unless temporary.</param>
/// <param name="Parent">Delegation that this one is a part of, or null.</param>
/// <param name="Exclusive">By keeps only Get in the scope.</param>
/// <param name="Held">Why it is suspended, and null unless it is: <c>time-unknown</c> or <c>parent-suspended</c>.</param>
internal sealed record ManagerReport(
    string Server, string By, string Delegation, string State, ImmutableArray<string> Scope, string Until, long? RemainingSeconds, string? Parent,
    bool Exclusive, string? Held);

/// <summary>A delegation that waits for confirmation.</summary>
/// <param name="Server">The delegated server, B.</param>
/// <param name="By">The delegating server, A.</param>
/// <param name="Delegation">Delegation id.</param>
/// <param name="Scope">Roots of the scope.</param>
/// <param name="SecondsLeft">Seconds left to confirm.</param>
/// <param name="Parent">Delegation that this one is a part of, or null.</param>
internal sealed record WaitingReport(string Server, string By, string Delegation, ImmutableArray<string> Scope, long SecondsLeft, string? Parent);

/// <summary>The clock.</summary>
/// <param name="State"><c>trusted</c>, <c>plausible</c> or <c>unknown</c> (DEL-201).</param>
/// <param name="EffectiveTime">Effective time (9.2).</param>
internal sealed record ClockReport(string State, string EffectiveTime);

/// <summary>Counts of delegations.</summary>
/// <param name="Pending">They wait for their server.</param>
/// <param name="Active">They give rights: active or final.</param>
/// <param name="Suspended">They give none for now.</param>
internal sealed record DelegationCounts(int Pending, int Active, int Suspended);

/// <summary>A warning.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Severity"><c>notice</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Because">Code of the warning that explains this one, or null.</param>
/// <param name="Subject">The server, delegation or account it is about; empty: the device.</param>
/// <param name="Since">When the running agent first saw it apply, in effective time; null if the agent does not run. A restart forgets it.</param>
internal sealed record WarningReport(string Code, string Severity, string Text, string Remedy, string? Because, string Subject = "", string? Since = null);

/// <summary>Answer of <c>tree get</c>.</summary>
/// <param name="Uri">Address.</param>
/// <param name="Format">Format.</param>
/// <param name="Type">Type.</param>
/// <param name="Value">Text of a leaf that is neither binary nor secret.</param>
/// <param name="ValueBase64">Octets of a binary leaf.</param>
/// <param name="Secret">The value is sealed and not shown; absent otherwise.</param>
/// <param name="Acl">ACL value of its own, empty for none.</param>
/// <param name="EffectiveAcl">Effective ACL.</param>
/// <param name="EffectiveAclFrom">The node it comes from.</param>
/// <param name="Permanent">Servers can neither delete nor rename it.</param>
internal sealed record NodeReport(
    string Uri,
    string Format,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ValueBase64,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Secret,
    string Acl,
    string EffectiveAcl,
    string EffectiveAclFrom,
    bool Permanent);

/// <summary>Answer of <c>tree list</c>.</summary>
/// <param name="Uri">Address.</param>
/// <param name="Nodes">Nodes below it.</param>
internal sealed record NodeListReport(string Uri, ImmutableArray<NodeLine> Nodes);

/// <summary>One node of a list.</summary>
/// <param name="Uri">Address.</param>
/// <param name="Format">Format.</param>
internal sealed record NodeLine(string Uri, string Format);

/// <summary>Answer of <c>acl show</c>.</summary>
/// <param name="Uri">Address.</param>
/// <param name="Acl">ACL value of its own, empty for none.</param>
/// <param name="Effective">Effective ACL.</param>
/// <param name="From">The node it comes from.</param>
internal sealed record AclReport(string Uri, string Acl, string Effective, string From);

/// <summary>Answer of <c>acl explain</c>.</summary>
/// <param name="Server">The server.</param>
/// <param name="Command">The command.</param>
/// <param name="Uri">Address.</param>
/// <param name="Allowed">Whether the command is carried out.</param>
/// <param name="Status">Status the command gets.</param>
/// <param name="Reason">Reason code of section 15, 0 for none.</param>
/// <param name="Rule">Requirement that decided.</param>
/// <param name="Delegation">Delegation that granted or denied, or null.</param>
/// <param name="DecidedAt">Node whose ACL decided, or null.</param>
/// <param name="Text">The same in a sentence.</param>
/// <param name="Because">That delegation in words, or null.</param>
/// <param name="HasAccount">Without an account the server cannot open a session.</param>
internal sealed record AccessReport(
    string Server, string Command, string Uri, bool Allowed, int Status, int Reason, string Rule, string? Delegation, string? DecidedAt, string Text,
    string? Because, bool HasAccount);

/// <summary>Answer of <c>account list</c>.</summary>
/// <param name="Accounts">The accounts, by name.</param>
internal sealed record AccountListReport(ImmutableArray<AccountReport> Accounts);

/// <summary>One account.</summary>
/// <param name="Path">Address.</param>
/// <param name="ServerId">ServerID.</param>
/// <param name="Address">Address of the server.</param>
/// <param name="AuthType">AAuthType, <c>TRANSPORT</c> if TLS alone authenticates.</param>
/// <param name="Guest">A delegation made it (section 1).</param>
/// <param name="Delegation">The live delegation that uses it, or null.</param>
/// <param name="SpkiPins">SHA-256 pins of its keys, base64; empty: its certificate's chain decides.</param>
internal sealed record AccountReport(
    string Path, string ServerId, string Address, string AuthType, bool Guest, string? Delegation, ImmutableArray<string> SpkiPins);

/// <summary>Answer of <c>delegation list</c>.</summary>
/// <param name="Delegations">The records.</param>
internal sealed record DelegationListReport(ImmutableArray<DelegationReport> Delegations);

/// <summary>One record; <c>delegation show</c> answers with it alone.</summary>
/// <param name="Id">Delegation id.</param>
/// <param name="State">State of 12.1.</param>
/// <param name="StateCode">Number of the state.</param>
/// <param name="Reason">Name of the reason, <c>OK</c> for none.</param>
/// <param name="ReasonCode">Number of the reason (15).</param>
/// <param name="By">The delegating server, A.</param>
/// <param name="To">The delegated server, B; empty if unknown.</param>
/// <param name="Type">One word for scope and duration (4.1).</param>
/// <param name="ScopeType"><c>full</c> or <c>partial</c>.</param>
/// <param name="DurationType"><c>temporary</c>, <c>until-revoked</c> or <c>final</c>.</param>
/// <param name="Control"><c>exclusive</c> or <c>shared</c>.</param>
/// <param name="Scope">The scope.</param>
/// <param name="RemainingSeconds">Seconds left; null unless temporary and live.</param>
/// <param name="WindowLeftSeconds">Seconds left of the fail-safe window; null unless Pending.</param>
/// <param name="AckDelegating">Whether A was told: 0 nothing to tell, 1 queued, 2 delivered, 3 given up (6.1).</param>
/// <param name="AckDelegated">Whether B was told, likewise (6.1).</param>
/// <param name="Account">B's account, or null.</param>
/// <param name="Parent">Delegation that this one is a part of, or null.</param>
/// <param name="Children">Live delegations that are parts of this one.</param>
/// <param name="Until">Latest end, or null: there is none, or it has ended.</param>
/// <param name="Held">Why it is suspended, and null unless it is: <c>time-unknown</c> or <c>parent-suspended</c>.</param>
/// <param name="Meaning">The reason in words, empty for none.</param>
/// <param name="Next">What to do next, empty if nothing.</param>
internal sealed record DelegationReport(
    string Id, string State, int StateCode, string Reason, int ReasonCode, string By, string To, string Type, string ScopeType, string DurationType,
    string Control, ImmutableArray<ScopeReport> Scope, long? RemainingSeconds, long? WindowLeftSeconds, int AckDelegating, int AckDelegated, string? Account,
    string? Parent, ImmutableArray<string> Children, string? Until, string? Held, string Meaning, string Next);

/// <summary>One line of <c>delegation watch</c>.</summary>
/// <param name="Id">Delegation id.</param>
/// <param name="Record">The record as it is now; null: it is gone.</param>
internal sealed record DelegationChange(string Id, DelegationReport? Record);

/// <summary>One entry of a scope.</summary>
/// <param name="Uri">Address.</param>
/// <param name="Rights">Rights, joined by +.</param>
internal sealed record ScopeReport(string Uri, string Rights);

/// <summary>Answer of <c>delegation end</c>.</summary>
/// <param name="Id">Delegation id.</param>
/// <param name="Was">State before.</param>
/// <param name="State">State now; null: the record, which was Staged, is deleted.</param>
/// <param name="Reason">Name of the reason; null with the state.</param>
/// <param name="ReasonCode">Its number (15); null with the state.</param>
internal sealed record LocalEndReport(string Id, string Was, string? State, string? Reason, int? ReasonCode);

/// <summary>Answer of <c>factory-reset</c>.</summary>
/// <param name="DeviceId">DevId; it stays.</param>
/// <param name="Ended">Delegations that ended with it.</param>
internal sealed record FactoryResetReport(string DeviceId, ImmutableArray<string> Ended);

/// <summary>Answer of <c>session start</c>.</summary>
/// <param name="Server">The server.</param>
/// <param name="Ended"><c>done</c> or <c>failed</c>.</param>
/// <param name="Error">Stable code of the failure, or null.</param>
internal sealed record SessionReport(string Server, string Ended, string? Error);

/// <summary>Answer of <c>version</c>.</summary>
/// <param name="Version">Version of the agent.</param>
/// <param name="BuildTime">Build time: no clock before it is believed (DEL-201).</param>
internal sealed record VersionReport(string Version, string BuildTime);

/// <summary>Answer of <c>config validate</c>.</summary>
/// <param name="File">The main file.</param>
/// <param name="Valid">The agent would start with it.</param>
/// <param name="Problems">What keeps it from starting, a line each.</param>
/// <param name="Warnings">What does not.</param>
internal sealed record ValidationReport(string File, bool Valid, ImmutableArray<string> Problems, ImmutableArray<string> Warnings);

/// <summary>Answer of <c>config show</c>.</summary>
/// <param name="File">The main file.</param>
/// <param name="Values">Every key.</param>
internal sealed record ConfigurationReport(string File, ImmutableArray<ConfigurationLine> Values);

/// <summary>One key of the configuration.</summary>
/// <param name="Key">Key.</param>
/// <param name="Value">Value; null if there is neither value nor default.</param>
/// <param name="Origin">File, <c>environment NAME</c>, <c>credential NAME</c>, or <c>default</c>.</param>
/// <param name="Overrode">What it took the place of, the nearest first.</param>
/// <param name="Allowed">Allowed range.</param>
/// <param name="Meaning">What the key is for.</param>
internal sealed record ConfigurationLine(
    string Key, JsonElement? Value, string Origin, ImmutableArray<OverriddenLine> Overrode, string Allowed, string Meaning);

/// <summary>A value that another one took the place of.</summary>
/// <param name="Value">Value.</param>
/// <param name="Origin">Where it stands.</param>
internal sealed record OverriddenLine(JsonElement Value, string Origin);
