using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation.Start;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>Building and writing a record: the Adds, Replaces and Deletes of 6.1 and 6.2, state by state as 12.2 says.</summary>
internal static class RecordEditor
{
    private const int MaxIdCharacters = 32;

    /// <summary>Adds a record, or a node of a staged one; missing interior nodes come with it (DEL-090).</summary>
    public static CommandOutcome Add(Work work, SessionState session, NodePath path, ValueArgument argument)
    {
        var id = path.Segments[1];
        if (Capabilities.Names.Contains(id))
        {
            return Refused(path.Depth == 2 ? 418 : 405, "DEL-083");
        }

        var below = string.Join('/', path.Segments.Skip(2));
        var known = work.State.Records.GetValueOrDefault(id);
        if (below.Length == 0 && (known is not null || work.State.Tombstones.ContainsKey(id)))
        {
            return Reused(work, session, id);
        }

        if (known is not null && !RecordView.IsVisible(work, known, session.Server))
        {
            return Reused(work, session, id);
        }

        return known is null ? Create(work, session, id, below, argument) : AddNode(work, session, known, below, argument);
    }

    /// <summary>Replaces a leaf: any while Staged, and what notes ², ⁴ and ⁵ of 6.1 leave open afterwards.</summary>
    public static CommandOutcome Replace(Work work, SessionState session, DelegationRecord record, string path, ValueArgument argument)
    {
        if (path == RecordLayout.CertPin && record.Grant?.To == session.Server)
        {
            return ReplacePins(work, session, record, argument);
        }

        var node = RecordLayout.Find(path)!;
        var happening = path switch
        {
            "Expiry/NotAfter" or "Expiry/MaxSeconds" => DelegationEvent.AShortens,
            "Expiry/Now" => DelegationEvent.ATellsTime,
            _ => DelegationEvent.WriteByA,
        };
        if (!node.ByA || node.IsInterior || record.By != session.Server)
        {
            return Refused(405, "DEL-083");
        }

        if (TransitionTable.Refusal(record.State, happening) is { } conflict)
        {
            return Refused(conflict.Status, "DEL-083", conflict);
        }

        return record.State == DelegationState.Staged
            ? Write(work, record, node, path, argument)
            : happening == DelegationEvent.AShortens ? Shorten(work, record, path, argument)
            : TellTime(work, record, path, argument);
    }

    /// <summary>Deletes a record (DEL-263), or an entry of the scope of a staged one.</summary>
    public static CommandOutcome Delete(Work work, SessionState session, DelegationRecord record, string path)
    {
        if (record.State == DelegationState.Finalised && path.Length == 0)
        {
            return Operations.RefusedByState(ReasonCode.FinalIrrevocable); // from anybody (DEL-262)
        }

        if (record.By != session.Server)
        {
            return Refused(path.Length == 0 ? 425 : 405, "DEL-083");
        }

        if (path.Length == 0)
        {
            return Operations.DeleteRecord(work, record);
        }

        if (RecordLayout.Find(path)!.Acl != ShownAcl.NWithDelete)
        {
            return Refused(405, "DEL-083");
        }

        if (TransitionTable.Refusal(record.State, DelegationEvent.WriteByA) is { } conflict)
        {
            return Refused(conflict.Status, "DEL-083", conflict);
        }

        var leaves = record.Leaves.RemoveRange(record.Leaves.Keys.Where(leaf => leaf.StartsWith(path + "/", StringComparison.Ordinal)));
        work.Put(record with { Leaves = leaves, Interiors = record.Interiors.Remove(path) });
        return Done();
    }

    private static CommandOutcome Create(Work work, SessionState session, string id, string below, ValueArgument argument)
    {
        if (!IsId(id))
        {
            return Refused(405, "DEL-003");
        }

        if (work.State.Tombstones.ContainsKey(id))
        {
            return Reused(work, session, id);
        }

        if (!StartChecks.RoomForStaged(work, session.Server))
        {
            return Refused(ReasonCode.Limit.Status, "DEL-050", ReasonCode.Limit);
        }

        var record = new DelegationRecord { Id = id, By = session.Server, StagedBootMs = work.Now.BootMs, CreatorSessions = 1 };
        return AddNode(work, session, record, below, argument);
    }

    private static CommandOutcome AddNode(Work work, SessionState session, DelegationRecord record, string path, ValueArgument argument)
    {
        if (RecordLayout.Find(path) is not { ByA: true } node || record.By != session.Server)
        {
            return Refused(405, "DEL-083");
        }

        if (TransitionTable.Refusal(record.State, DelegationEvent.WriteByA) is { } conflict)
        {
            return Refused(conflict.Status, "DEL-083", conflict);
        }

        if (record.Leaves.ContainsKey(path) || record.Interiors.Contains(path))
        {
            return Refused(418, "TND-050");
        }

        var withParents = record with { Interiors = record.Interiors.Union(ParentsOf(path)) };
        if (TooManyEntries(node.IsInterior && path.Length > 0 ? withParents with { Interiors = withParents.Interiors.Add(path) } : withParents))
        {
            return Drop(work, record, 420);
        }

        if (!node.IsInterior)
        {
            return Write(work, withParents, node, path, argument);
        }

        if (argument.Format is not (null or Formats.Node))
        {
            return Refused(415, "TND-067");
        }

        work.Put(path.Length == 0 ? withParents : withParents with { Interiors = withParents.Interiors.Add(path) });
        return Done();
    }

    private static CommandOutcome Write(Work work, DelegationRecord record, RecordNode node, string path, ValueArgument argument)
    {
        if (!argument.HasData)
        {
            return Refused(412, "TND-059");
        }

        if (argument.Data.Length > node.MaxOctets)
        {
            return Drop(work, record, 413);
        }

        if (!Accepts(node, argument))
        {
            return Refused(415, "TND-067");
        }

        // The key is sealed from the moment it arrives; the tree holds an empty value (DEL-191).
        var isKey = path == RecordLayout.KeyValue;
        var leaf = new RecordLeaf(node.Format, isKey ? default(ReadOnlyMemory<byte>) : argument.Data.ToArray());
        work.Put(record with
        {
            Leaves = record.Leaves.SetItem(path, leaf),
            SealedKeyValue = isKey ? work.Ports.Vault.Seal(SecretNames.OfKeyValue(record.Id), argument.Data.Span) : record.SealedKeyValue,
        });
        return Done();
    }

    /// <summary>A chr or int leaf is well-formed UTF-8 text; a chr sent for an int, as servers do without Meta, is taken.</summary>
    private static bool Accepts(RecordNode node, ValueArgument argument)
    {
        var format = argument.Format ?? Formats.Chr;
        return node.Format == Formats.Bin ? format is Formats.Bin
            : format is Formats.Chr or Formats.Int && System.Text.Unicode.Utf8.IsValid(argument.Data.Span);
    }

    /// <summary>Active or Suspended: only earlier or smaller (DEL-209).</summary>
    private static CommandOutcome Shorten(Work work, DelegationRecord record, string path, ValueArgument argument)
    {
        var (grant, text) = (record.Grant!, Encoding.UTF8.GetString(argument.Data.Span));
        var shortened = path switch
        {
            "Expiry/NotAfter" when BasicTime.Parse(text) is { } time && (grant.NotAfter is null || time <= grant.NotAfter) => grant with { NotAfter = time },
            "Expiry/MaxSeconds" when TermsReader.PlainNumber(text) is { } seconds && (grant.MaxSeconds is null || seconds <= grant.MaxSeconds) => grant with { MaxSeconds = seconds },
            _ => null,
        };
        if (shortened is null || grant.DurationType != DurationType.Temporary)
        {
            return Refused(405, "DEL-209");
        }

        work.Put(record with { Grant = shortened, Leaves = record.Leaves.SetItem(path, new RecordLeaf(RecordLayout.Find(path)!.Format, argument.Data.ToArray())) });
        return Done();
    }

    /// <summary>Pending, Active or Suspended: A says what time it is (row 23). What is due by it is carried out behind the message.</summary>
    private static CommandOutcome TellTime(Work work, DelegationRecord record, string path, ValueArgument argument)
    {
        if (BasicTime.Parse(Encoding.UTF8.GetString(argument.Data.Span)) is not { } told)
        {
            return Refused(405, "DEL-213");
        }

        var written = record with { Leaves = record.Leaves.SetItem(path, new RecordLeaf(RecordLayout.Find(path)!.Format, argument.Data.ToArray())) };
        work.Put(written);
        Recovery.TimeTold(work, written, told);
        if (work.State.IsHomeAuthorityOfRoot(work.Options, record.By))
        {
            work.Engine = work.Engine with { Clock = work.Engine.Clock with { Told = TimeMark.Of(told, work.Now) } }; // a second source (DEL-205)
        }

        return Done();
    }

    /// <summary>Row 25: B renews its key, and keeps the pin under which it is speaking, so that it does not lock itself out (DEL-342).</summary>
    private static CommandOutcome ReplacePins(Work work, SessionState session, DelegationRecord record, ValueArgument argument)
    {
        if (TransitionTable.Refusal(record.State, DelegationEvent.BReplacesPins) is { } conflict)
        {
            return Refused(conflict.Status, "DEL-083", conflict);
        }

        byte[] pins = [.. argument.Data.Span];
        if (!RecordLayout.IsPins(pins.Length) || !pins.Chunk(RecordLayout.PinOctets).Any(pin => session.PeerPin.Span.SequenceEqual(pin)))
        {
            return Refused(405, "DEL-342");
        }

        if (record.Grant!.AccountMade)
        {
            AccountReach.SetPins(work, session.Server, pins, shown: work.State.PinsOf(session.Server));
        }

        var written = work.State.Records[record.Id];
        work.Put(written with
        {
            Leaves = written.Leaves.SetItem(RecordLayout.CertPin, new RecordLeaf(Formats.Bin, pins)),
            Grant = written.Grant! with { Pins = pins },
        });
        return Done();
    }

    private static IEnumerable<string> ParentsOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    private static bool TooManyEntries(DelegationRecord record) => RecordLayout.ScopeEntries(record).Count() > RecordLayout.MaxScopeEntries;

    /// <summary>Over a size bound the record is deleted with its key (DEL-086).</summary>
    private static CommandOutcome Drop(Work work, DelegationRecord record, int status)
    {
        work.State = work.State with { Records = work.State.Records.Remove(record.Id) };
        work.Log(LogCodes.StagedDropped, $"staged record {record.Id} of {record.By} deleted: a size bound was passed", ("delegation", record.Id), ("by", record.By));
        return Refused(status, "DEL-086");
    }

    private static CommandOutcome Reused(Work work, SessionState session, string id)
    {
        work.Log(LogCodes.IdReused, $"{session.Server} adds delegation id {id}, which is in use or has a tombstone", ("delegation", id), ("server", session.Server));
        return Refused(ReasonCode.IdReused.Status, "DEL-106", ReasonCode.IdReused);
    }

    private static bool IsId(string id) =>
        id.Length is >= 1 and <= MaxIdCharacters && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    private static CommandOutcome Done() => new(200, "DEL-090", 0, null, [], null);

    private static CommandOutcome Refused(int status, string rule, ReasonCode? reason = null) => CommandOutcome.Refused(status, rule, reason?.Code ?? 0);
}
