using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Dm;

namespace DmDelegation.ServerStub.State;

/// <summary>All that one server knows and keeps: the content of its state file.</summary>
public sealed class ServerState
{
    /// <summary>Version of the form of this file.</summary>
    public int Format { get; set; } = 1;

    /// <summary>The identity the file belongs to.</summary>
    public string ServerId { get; set; } = "";

    /// <summary>Device accounts by device id.</summary>
    public Dictionary<string, DeviceAccount> Devices { get; set; } = [];

    /// <summary>Delegation processes that are not purged.</summary>
    public List<DelegationProcess> Processes { get; set; } = [];

    /// <summary>What is left of processes that failed (DEL-369).</summary>
    public List<ProcessTombstone> Tombstones { get; set; } = [];

    /// <summary>Messages on their way to a peer, in order (DEL-354).</summary>
    public List<OutgoingMessage> Outgoing { get; set; } = [];

    /// <summary>Answers given, by message id, so that a repetition gets the same answer (DEL-354).</summary>
    public List<GivenAnswer> Answers { get; set; } = [];

    /// <summary>Generic Alerts received, without duplicates (DEL-236).</summary>
    public List<ReceivedAlert> Alerts { get; set; } = [];

    /// <summary>Commands to send and their results.</summary>
    public List<CommandTicket> Tickets { get; set; } = [];

    /// <summary>Number of DM sessions begun.</summary>
    public long Sessions { get; set; }

    /// <summary>Last ticket number given.</summary>
    public long LastTicket { get; set; }

    /// <summary>The latest faults, newest last.</summary>
    public List<string> LastErrors { get; set; } = [];
}

/// <summary>Account of one device at this server. Secrets are octets, so that they can be erased.</summary>
public sealed class DeviceAccount
{
    /// <summary>Value of ./DevInfo/DevId.</summary>
    public string DeviceId { get; set; } = "";

    /// <summary>User name of the client credential.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>Password of the client credential, UTF-8.</summary>
    public byte[] ClientSecret { get; set; } = [];

    /// <summary>User name of the server credential.</summary>
    public string ServerName { get; set; } = "";

    /// <summary>Password of the server credential, UTF-8.</summary>
    public byte[] ServerSecret { get; set; } = [];

    /// <summary><c>HMAC</c> or <c>DIGEST</c>.</summary>
    public string AuthType { get; set; } = "HMAC";

    /// <summary>Nonce the client uses next.</summary>
    public byte[] ClientNonce { get; set; } = [];

    /// <summary>The nonce before, accepted until the client has used the new one.</summary>
    public byte[] PreviousClientNonce { get; set; } = [];

    /// <summary>Nonce this server uses next.</summary>
    public byte[] ServerNonce { get; set; } = [];

    /// <summary>Session id of the delegation process that made this account; null for a configured one.</summary>
    public string? MadeBySid { get; set; }

    /// <summary>Whether the secrets come from a TDK, so that the delegating server knows them too (DEL-181).</summary>
    public bool Derived { get; set; }

    /// <summary>Rotation: the client's next password, on its way to the device or there already; null outside a rotation.</summary>
    public byte[]? NextClientSecret { get; set; }

    /// <summary>Rotation: this server's next password.</summary>
    public byte[]? NextServerSecret { get; set; }

    /// <summary>What the device said about itself in package 1, by node URI.</summary>
    public Dictionary<string, string> DevInfo { get; set; } = [];

    /// <summary>Highest sequence number this server has used towards the device (DEL-101).</summary>
    public long LastSeq { get; set; }

    /// <summary>Overwrites all secrets and nonces (DEL-369, DEL-375).</summary>
    public void Erase()
    {
        foreach (var secret in (ReadOnlySpan<byte[]?>)[ClientSecret, ServerSecret, ClientNonce, PreviousClientNonce, ServerNonce, NextClientSecret, NextServerSecret])
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>The device has shown the next secret, so it has both: the ones before are erased (DEL-182).</summary>
    public void Promote()
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(ClientSecret);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(ServerSecret);
        (ClientSecret, ServerSecret) = (NextClientSecret!, NextServerSecret!);
        (NextClientSecret, NextServerSecret, Derived) = (null, null, false);
    }
}

/// <summary>What DEL-369 lets a server keep of a failed process: no key, no terms.</summary>
/// <param name="Sid">Session id.</param>
/// <param name="Role">delegating or delegated.</param>
/// <param name="Peer">The other server: where a repetition would come from.</param>
/// <param name="Device">Device id.</param>
/// <param name="TermsHash">Hex of SHA-256 over the terms.</param>
/// <param name="Step">Step of the process in which it failed.</param>
/// <param name="Reason">Reason code.</param>
/// <param name="Time">When.</param>
/// <param name="CancelId">The "to cancel" mark: delegation id to cancel on the device (DEL-370); null when nothing is to be cancelled.</param>
/// <param name="SentN">Last envelope counter used, for answers under this sid (DEL-353, DEL-371).</param>
public sealed record ProcessTombstone(
    string Sid, string Role, string Peer, string Device, string TermsHash, int Step, int Reason, DateTimeOffset Time, string? CancelId, long SentN = 0);

/// <summary>An answer given to a message of a peer.</summary>
/// <param name="From">ServerID of the sender: nobody else gets this answer.</param>
/// <param name="Sid">Session id.</param>
/// <param name="Mid">The message that was answered.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON text; null without a reply message.</param>
public sealed record GivenAnswer(string From, string Sid, string Mid, int Status, string? Body);

/// <summary>A message to a peer that has not been answered yet.</summary>
public sealed class OutgoingMessage
{
    /// <summary>ServerID of the receiver.</summary>
    public string Peer { get; set; } = "";

    /// <summary>Session id.</summary>
    public string Sid { get; set; } = "";

    /// <summary>Message id.</summary>
    public string Mid { get; set; } = "";

    /// <summary>Message type of delegation.md 14.2.</summary>
    public string Type { get; set; } = "";

    /// <summary>Phase of MutualAuthentication, else 0.</summary>
    public int Phase { get; set; }

    /// <summary>The octets as sent; step 6 holds the TDK, so they are overwritten when the message is done.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; set; }

    /// <summary>When the next attempt is due.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>A repetition by test control: its answer is not looked at.</summary>
    public bool Echo { get; set; }

    /// <summary>On its way right now.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool InFlight { get; set; }
}
