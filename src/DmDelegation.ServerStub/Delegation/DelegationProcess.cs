using System.Security.Cryptography;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>What an operator asks a server for: begin a delegation.</summary>
public sealed record DelegateRequest
{
    /// <summary>Role of the server that gets this request: delegating or delegated.</summary>
    public string Role { get; set; } = ProcessRole.Delegating;

    /// <summary>ServerID of the other server.</summary>
    public string Peer { get; set; } = "";

    /// <summary>Device id.</summary>
    public string Device { get; set; } = "";

    /// <summary>The terms, without account; a delegated server asks for these.</summary>
    public DelegationTerms? Terms { get; init; }

    /// <summary>Delegating: tls or cms.</summary>
    public string KeyMethod { get; set; } = "tls";

    /// <summary>Delegating: whether a voucher is made; absent: when DEL-161 demands one.</summary>
    public bool? Voucher { get; init; }

    /// <summary>Delegating: connectivity reference for B's account.</summary>
    public string? ConRef { get; init; }

    /// <summary>Delegating: seconds for step 4 (DEL-373), 30 … 604,800.</summary>
    public long StepFourSeconds { get; set; } = 3600;
}

/// <summary>The two roles.</summary>
public static class ProcessRole
{
    /// <summary>A.</summary>
    public const string Delegating = "delegating";

    /// <summary>B.</summary>
    public const string Delegated = "delegated";
}

/// <summary>One delegation as one server sees it; kept in the state file until it fails (DEL-369) or for good when it closes.</summary>
public sealed class DelegationProcess
{
    /// <summary>Session id.</summary>
    public string Sid { get; set; } = "";

    /// <summary>delegating or delegated.</summary>
    public string Role { get; set; } = "";

    /// <summary>The other server.</summary>
    public string Peer { get; set; } = "";

    /// <summary>Device id.</summary>
    public string Device { get; set; } = "";

    /// <summary>State of delegation.md 14.3.</summary>
    public ProcessState State { get; set; }

    /// <summary>Whether this server sent step 1.</summary>
    public bool Initiator { get; set; }

    /// <summary>Last counter used (envelope n).</summary>
    public long SentN { get; set; }

    /// <summary>Delegation id.</summary>
    public string? DelegationId { get; set; }

    /// <summary>The terms as agreed, octet for octet (DEL-363).</summary>
    public string? Terms { get; set; }

    /// <summary>What was asked for.</summary>
    public DelegateRequest? Request { get; set; }

    /// <summary>Nonce of A in step 2.</summary>
    public byte[]? NonceA { get; set; }

    /// <summary>Nonce of B in step 2.</summary>
    public byte[]? NonceB { get; set; }

    /// <summary>A: the device's nonce.</summary>
    public byte[]? DeviceNonce { get; set; }

    /// <summary>A: sequence number used.</summary>
    public long Seq { get; set; }

    /// <summary>BH.</summary>
    public byte[]? Bind { get; set; }

    /// <summary>Key check value.</summary>
    public byte[]? Check { get; set; }

    /// <summary>A: TDK, from step 4 until step 6 is answered.</summary>
    public byte[]? Tdk { get; set; }

    /// <summary>B: key of the proof, until the delegation is confirmed.</summary>
    public byte[]? ProofKey { get; set; }

    /// <summary>When the present state runs out (DEL-373); null: never.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>The last step that was begun.</summary>
    public int Step { get; set; }

    /// <summary>A: the device has or may have executed T1 (DEL-370).</summary>
    public bool MayBeOnDevice { get; set; }

    /// <summary>A: Key/Check of the device was compared and equals <see cref="Check"/>.</summary>
    public bool CheckVerified { get; set; }

    /// <summary>State of the record as the device said last (12.1); null before.</summary>
    public int? DeviceState { get; set; }

    /// <summary>Reason that the device gave last.</summary>
    public int DeviceReason { get; set; }

    /// <summary>A: nodes whose ACL was changed.</summary>
    public int Changed { get; set; }

    /// <summary>A: nodes skipped.</summary>
    public int Skipped { get; set; }

    /// <summary>Path of B's account on the device.</summary>
    public string? AccountRef { get; set; }

    /// <summary>The closed delegation is to end in the device's next session: A sends Exec Revoke, B Exec Relinquish.</summary>
    public bool EndWanted { get; set; }

    /// <summary>A: B says that it has ended, with this reason; A reads State, for the device is the truth (DEL-367, DEL-374).</summary>
    public int? PeerEndReason { get; set; }

    /// <summary>State in which a StatusQuery was sent: its answer is judged only while this is still so (DEL-374).</summary>
    public ProcessState? AskedIn { get; set; }

    /// <summary>B: number and result of the alert of step 8.</summary>
    public long SessionAlertN { get; set; }

    /// <summary>B: reason of step 8; null before.</summary>
    public int? SessionReason { get; set; }

    /// <summary>B: when step 8 told that it is confirmed; null before.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>Why the delegation ended after it was closed; null while it lasts.</summary>
    public int? EndReason { get; set; }

    /// <summary>Overwrites every key (DEL-369, DEL-375).</summary>
    public void EraseKeys()
    {
        CryptographicOperations.ZeroMemory(Tdk);
        CryptographicOperations.ZeroMemory(ProofKey);
        (Tdk, ProofKey) = (null, null);
    }

    /// <summary>The terms as a value.</summary>
    public DelegationTerms ReadTerms() => DelegationTerms.Parse(Terms ?? throw new InvalidOperationException("no terms yet"));
}
