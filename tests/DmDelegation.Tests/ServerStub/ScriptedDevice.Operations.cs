using DmDelegation.Protocol;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.Tests.ServerStub;

/// <summary>What the device makes of <c>Operations/*</c>, without a tree and without ACLs.</summary>
internal sealed partial class ScriptedDevice
{
    private int Exec(Session session, Exec exec)
    {
        var parts = exec.Items[0].Target!.LocURI.Split('/');
        if (!_records.TryGetValue(parts[2], out var record))
            return 404;
        switch (parts[^1])
        {
            case "Start":
                return Start(session, parts[2], record);
            case "Cancel" when record.State is 0 or 1:
                End(parts[2], 11, 175);
                return 200;
            case "Revoke" when record.State == 2:
                End(parts[2], 12, 180);
                return 200;
            case "Relinquish" when record.State is 1 or 2:
                End(parts[2], 14, 182);
                return 200;
            case "Confirm" when record.IsFinal && session.Derived:
                return 425;
            case "Confirm":
                var proof = DelegationKeys.ProofOf(record.Proof, record.Challenge, record.Bind);
                if (Convert.ToBase64String(proof) == exec.Items[0].Data!.AsText())
                {
                    Confirmed(parts[2], record);
                    return 200;
                }

                if (++record.Failures >= 5)
                    End(parts[2], 10, 171);
                record.Reason = 172;
                Queue(session.Server.ServerId, parts[2], "Session", record);
                return 403;
            default:
                return 405;
        }
    }

    private int Refusal(Session session, Record record)
    {
        record.Parent = session.Account.Guest;
        if (record.Parent is { } parent && int.Parse(_records[parent].Text("SubDelegation") ?? "0") <= int.Parse(record.Text("SubDelegation") ?? "0"))
            return 125; // DEL-061
        return RefuseStart != 0 ? RefuseStart : record.Leaves["Nonce"].AsSpan().SequenceEqual(_nonces.GetValueOrDefault(record.A)) ? 0 : 110;
    }

    private int Start(Session session, string id, Record record)
    {
        if (Refusal(session, record) is var refusal and not 0)
        {
            (record.State, record.Reason) = (10, refusal);
            Queue(record.A, id, "Ack", record);
            return 403;
        }

        var keyValue = record.Leaves["Key/Value"];
        var tdk = record.Text("Key/Method") == "cms" ? KeyEnvelope.Open(keyValue, id, deviceId, record.B, Certificate!) : keyValue;
        record.Bind = BindingHash.Compute(Inputs(id, record));
        using var keys = DelegationKeys.Derive(tdk, record.Bind);
        record.Check = keys.Check.ToArray();
        record.Proof = keys.Proof.ToArray();
        record.State = 1;
        record.WindowEnds = Time?.GetUtcNow().AddSeconds(long.Parse(record.Text("Confirm/Window")!)) ?? default;
        if (record.Text("Account/Addr") is not null)
            _accounts[record.B] = new Account
            {
                ClientName = record.Text("Account/ClientName") ?? deviceId,
                ClientSecret = DelegationKeys.Password(keys.ClientCredential),
                ServerName = record.B,
                ServerSecret = DelegationKeys.Password(keys.ServerCredential),
                ClientNonce = keys.ClientNonce.ToArray(),
                ServerNonce = keys.ServerNonce.ToArray(),
                Type = record.Text("Account/AuthType") ?? "HMAC",
                Guest = id,
                Derived = true,
            };
        Queue(record.A, id, "Ack", record);
        if (record.Parent is { } parent)
            Queue(_records[parent].A, id, "Ack", record); // DEL-069
        return 200;
    }

    private BindingInputs Inputs(string id, Record record) => new()
    {
        Id = id,
        A = record.A,
        B = record.B,
        DeviceId = deviceId,
        ScopeType = record.Text("ScopeType"),
        DurationType = record.Text("DurationType"),
        Control = record.Text("Control"),
        Scope = [.. Enumerable.Range(1, 32).Where(n => record.Text($"Scope/{n}/URI") is not null).Select(n => new ScopeEntry(record.Text($"Scope/{n}/URI")!, record.Text($"Scope/{n}/Rights")!))],
        NotAfter = record.Text("Expiry/NotAfter"),
        MaxSeconds = record.Text("Expiry/MaxSeconds"),
        SubDelegation = record.Text("SubDelegation"),
        AddrOrRef = record.Text("Account/Addr") ?? record.Text("Account/Ref"),
        AuthType = record.Text("Account/AuthType"),
        ClientName = record.Text("Account/ClientName"),
        ConRef = record.Text("Account/ConRef"),
        CertPin = record.Leaves.GetValueOrDefault("Server/CertPin"),
        Mode = record.Text("Confirm/Mode"),
        Window = record.Text("Confirm/Window"),
        RotateWithin = record.Text("Policy/RotateWithin"),
        OnTimeUnknown = record.Text("Policy/OnTimeUnknown"),
        Nonce = record.Leaves["Nonce"],
        Seq = record.Text("Seq"),
    };

    private void Confirmed(string id, Record record)
    {
        if (record.State != 1)
            return;
        (record.State, record.Reason) = (record.IsFinal ? 4 : 2, 0);
        Queue(record.B, id, "Session", record);
        if (!LoseNotice)
            Queue(record.A, id, "Session", record);
    }
}
