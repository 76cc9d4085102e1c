using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine;

/// <summary>When the agent connects to which server by itself: first contact with B (DEL-178), acknowledgements (DEL-241), polling.</summary>
internal static class ContactPlan
{
    /// <summary>Failures that say nothing of the server: it was not reached.</summary>
    private static readonly string[] NotReached = ["connect", "timeout"];

    /// <summary>A session ended; sets the backoff or clears it (DEL-242).</summary>
    /// <param name="error">Stable code of the failure, null if the session ended well.</param>
    /// <param name="retryAfterSeconds">What the server asked for, 0 if nothing.</param>
    public static void SessionEnded(Work work, SessionState session, string? error, int retryAfterSeconds)
    {
        // A B that did not prove itself counts as a failed attempt, however politely it ended the session (DEL-178).
        var unproven = work.State.LiveTo(session.Server).Any(live => live.Record.State == DelegationState.Pending);
        // Nor did a session that could not deliver what waits for its server; without a delay the next would follow at once (DEL-242).
        var undelivered = work.State.AccountOf(session.Server) is not null && Outbox.Due(work.State, session.Server).Any();
        if (error is null && !unproven && !undelivered)
        {
            Put(work, session.Server, ContactState.None with { LastSessionBootMs = work.Now.BootMs });
        }
        else
        {
            Failed(work, session.Server, error, retryAfterSeconds);
        }

        if (work.State.AccountOf(session.Server) is null)
        {
            Outbox.GiveUpAll(work, session.Server); // DEL-247: no key is kept for a farewell
            work.Commit(CommitPoint.Delivery);
            Forget(work, session.Server);
        }
    }

    /// <summary>The account of a server is gone: there is nobody to contact, and no nonce of it can be used (DEL-193).</summary>
    public static void Forget(Work work, string server) => work.Engine = work.Engine with
    {
        Contacts = work.Engine.Contacts.Remove(server),
        Nonces = work.Engine.Nonces.Remove(server),
    };

    /// <summary>An attempt failed, also one that could not even be made: the next one waits (DEL-242).</summary>
    /// <param name="error">Stable code of the failure, null if the session ended well but B did not prove itself.</param>
    public static void Failed(Work work, string server, string? error, int retryAfterSeconds = 0)
    {
        var contact = work.Engine.Contacts.GetValueOrDefault(server) ?? ContactState.None;
        var delayMs = Math.Max(BackoffMs(work, contact.FailedAttempts), retryAfterSeconds * 1000L);
        Put(work, server, contact with
        {
            FailedAttempts = contact.FailedAttempts + 1,
            NotBeforeBootMs = work.Now.BootMs + delayMs,
            LastSessionBootMs = error is null ? work.Now.BootMs : contact.LastSessionBootMs,
            LastError = error ?? "",
        });
    }

    /// <summary>
    /// The network is another one than before: whoever was not reached is tried again as after a first failure, with its jitter, so that a
    /// fleet behind one access point does not come back at once (DEL-242). What a server answered, and how long it asked to wait, stands.
    /// </summary>
    public static void ConnectivityChanged(Work work)
    {
        foreach (var (server, contact) in work.Engine.Contacts.Where(contact => NotReached.Contains(contact.Value.LastError, StringComparer.Ordinal)))
        {
            var soon = work.Now.BootMs + BackoffMs(work, failures: 0);
            Put(work, server, contact with { FailedAttempts = 0, NotBeforeBootMs = Math.Min(contact.NotBeforeBootMs, soon) });
        }
    }

    /// <summary>
    /// Forgets servers without an account: they are never contacted, however many come and go, and one that comes back as a guest begins without
    /// the delays of before (DEL-178).
    /// </summary>
    public static void ForgetStrangers(Work work)
    {
        var gone = work.Engine.Contacts.Keys.Where(server => work.State.AccountOf(server) is null).ToList();
        if (gone.Count > 0)
        {
            work.Engine = work.Engine with { Contacts = work.Engine.Contacts.RemoveRange(gone) };
        }
    }

    /// <summary>Servers to contact now.</summary>
    public static IEnumerable<string> DueNow(Work work) =>
        Plan(work.Engine, work.Options, work.Now).Where(contact => contact.InMs <= 0).Select(contact => contact.Server).ToList();

    /// <summary>Milliseconds until the next contact, null if none is planned.</summary>
    public static long? NextDueMs(EngineState state, EngineOptions options, in ClockReading now)
    {
        long? next = null;
        foreach (var (_, inMs) in Plan(state, options, now))
        {
            next = next is null ? inMs : Math.Min(next.Value, inMs);
        }

        return next;
    }

    private static IEnumerable<(string Server, long InMs)> Plan(EngineState state, EngineOptions options, ClockReading now)
    {
        if (state.Sessions.Count >= options.Session.MaxSessions)
        {
            yield break;
        }

        foreach (var account in Accounts.AccountList.All(state.Durable.Tree))
        {
            if (state.Sessions.ContainsKey(account.ServerId) || DueMs(state, options, now, account.ServerId) is not { } inMs)
            {
                continue; // DEL-245: one session per target
            }

            var contact = state.Contacts.GetValueOrDefault(account.ServerId) ?? ContactState.None;
            yield return (account.ServerId, Math.Max(inMs, contact.NotBeforeBootMs - now.BootMs));
        }
    }

    private static long? DueMs(EngineState state, EngineOptions options, in ClockReading now, string server)
    {
        long? due = Outbox.Due(state.Durable, server).Any() ? 0 : null;
        foreach (var (record, grant) in state.Durable.LiveTo(server))
        {
            if (record.State == DelegationState.Pending)
            {
                due = Math.Min(due ?? long.MaxValue, FirstContactMs(options, grant, now));
            }
        }

        if (options.AccountOf(server).PollIntervalSeconds is > 0 and var interval)
        {
            var last = (state.Contacts.GetValueOrDefault(server) ?? ContactState.None).LastSessionBootMs;
            due = Math.Min(due ?? long.MaxValue, last < 0 ? 0 : last + (interval * 1000L) - now.BootMs);
        }

        return due;
    }

    /// <summary>So long after step 5 was delivered or after T1, whichever is earlier, and not later than half the window (DEL-178).</summary>
    private static long FirstContactMs(EngineOptions options, DelegationGrant grant, in ClockReading now)
    {
        var settings = options.Delegation;
        var afterT1 = Math.Min(settings.FirstContactLatestSeconds, grant.WindowSeconds / 2) * 1000L;
        var latest = afterT1 - grant.Window.ElapsedMs(now);
        return grant.AckDeliveredBootMs < 0 ? latest : Math.Min(latest, grant.AckDeliveredBootMs + (settings.FirstContactDelaySeconds * 1000L) - now.BootMs);
    }

    /// <summary>Random between one half and one of min(cap, base · 2^n): the jitter survives the cap (DEL-242).</summary>
    private static long BackoffMs(Work work, int failures)
    {
        var settings = work.Options.Session;
        var ceilingMs = Math.Min(settings.RetryCapSeconds * 1000L, settings.RetryBaseSeconds * 1000L << Math.Min(failures, 20));
        var random = BitConverter.ToUInt32(work.Random(4));
        return (ceilingMs / 2) + (long)(ceilingMs / 2 * (random / (double)uint.MaxValue));
    }

    private static void Put(Work work, string server, ContactState contact) =>
        work.Engine = work.Engine with { Contacts = work.Engine.Contacts.SetItem(server, contact) };
}
