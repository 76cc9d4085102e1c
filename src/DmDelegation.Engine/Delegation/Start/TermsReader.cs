using System.Collections.Immutable;
using System.Globalization;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>
/// Reads a record into <see cref="DelegationTerms"/>: complete, every leaf of a legal form and in its range (DEL-102), every word of an
/// axis known (DEL-032). Limits of time come later (DEL-115).
/// </summary>
internal sealed class TermsReader(DelegationRecord record)
{
    /// <summary>Suggested lifetimes of a rotation deadline, seconds (DEL-181).</summary>
    private static readonly (long Min, long Max, long Default) RotateWithin = (300, 604_800, 86_400);

    /// <summary>Bounds of the fail-safe window, seconds (DEL-134).</summary>
    private static readonly (long Min, long Max) Window = (10, 604_800);

    private ReasonCode? _fault;

    /// <summary>The terms, or the reason why there are none: INCOMPLETE, or ILLEGAL_TYPE for an unknown word on an axis.</summary>
    public static (DelegationTerms? Terms, ReasonCode? Fault) Read(DelegationRecord record)
    {
        var reader = new TermsReader(record);
        var terms = reader.ReadAll();
        return reader._fault is { } fault ? (null, fault) : (terms, null);
    }

    private DelegationTerms ReadAll()
    {
        RefuseEmptyLeaves();
        var (address, reference) = (record.Text("Account/Addr"), record.Text("Account/Ref"));
        if (address is null && reference is null)
        {
            Fail(ReasonCode.Incomplete);
        }

        var maxSeconds = Number("Expiry/MaxSeconds", 0, long.MaxValue);
        var duration = Axis("DurationType", RecordText.DurationTypeOf);
        return new DelegationTerms
        {
            To = Required("Server/ServerID"),
            ServerName = record.Text("Server/Name") ?? "",
            ScopeType = Axis("ScopeType", RecordText.ScopeTypeOf),
            DurationType = duration,
            Exclusive = !record.Leaves.ContainsKey("Control") || Axis("Control", RecordText.ExclusiveOf),
            Scope = Scope(),
            Pins = Pins(),
            Address = address ?? "",
            Ref = reference,
            AuthType = Word("Account/AuthType", "HMAC", "HMAC", "DIGEST"),
            ClientName = record.Text("Account/ClientName") ?? "",
            ConRef = record.Text("Account/ConRef") ?? "",
            KeyByCms = RequiredWord("Key/Method", "tls", "cms") is "cms",
            Nonce = Octets("Nonce"),
            Seq = Number("Seq", 1, long.MaxValue, required: true) ?? 0,
            NotAfter = Time("Expiry/NotAfter"),
            MaxSeconds = maxSeconds,
            TimeOfA = Time("Expiry/Now"),
            ConfirmMode = RecordText.ConfirmModeOf(RequiredWord("Confirm/Mode", "auth", "exec")) ?? ConfirmMode.Auth,
            WindowSeconds = Number("Confirm/Window", Window.Min, Window.Max, required: true) ?? 0,
            SubDelegation = (int)(Number("SubDelegation", 0, int.MaxValue) ?? 0),
            RotateWithinSeconds = Rotation(duration, maxSeconds),
            BudgetWhenTimeUnknown = Word("Policy/OnTimeUnknown", "suspend", "suspend", "budget") is "budget",
        };
    }

    /// <summary>An optional leaf that is there but empty is no value; only Account/Ref may be (DEL-056, DEL-102). Key/Value is sealed beside the leaves.</summary>
    private void RefuseEmptyLeaves()
    {
        if (record.Leaves.Any(leaf => leaf.Value.Octets.IsEmpty && leaf.Key is not ("Account/Ref" or RecordLayout.KeyValue)))
        {
            Fail(ReasonCode.Incomplete);
        }
    }

    private ImmutableArray<ScopeEntry> Scope()
    {
        var entries = ImmutableArray.CreateBuilder<ScopeEntry>();
        foreach (var name in RecordLayout.ScopeEntries(record))
        {
            entries.Add(new ScopeEntry(name, Required($"Scope/{name}/URI"), default, Rights(Required($"Scope/{name}/Rights"))));
        }

        return entries.ToImmutable();
    }

    private AclCommands Rights(string text)
    {
        var rights = AclCommands.None;
        foreach (var word in text.Split('+'))
        {
            var one = Acl.Commands.ToArray().FirstOrDefault(command => string.Equals(command.ToString(), word, StringComparison.Ordinal));
            if (one == AclCommands.None || rights.HasFlag(one))
            {
                Fail(ReasonCode.Incomplete);
            }

            rights |= one;
        }

        return rights;
    }

    private ReadOnlyMemory<byte> Pins()
    {
        if (!record.Leaves.TryGetValue(RecordLayout.CertPin, out var leaf))
        {
            return default;
        }

        if (!RecordLayout.IsPins(leaf.Octets.Length))
        {
            Fail(ReasonCode.Incomplete);
        }

        return leaf.Octets;
    }

    /// <summary>0 = not required, legal only if temporary with MaxSeconds of at most a day (DEL-181).</summary>
    private long Rotation(DurationType duration, long? maxSeconds)
    {
        if (Number("Policy/RotateWithin", 0, RotateWithin.Max) is not { } seconds)
        {
            return RotateWithin.Default;
        }

        var never = duration == DurationType.Temporary && maxSeconds <= RotateWithin.Default;
        if (seconds == 0 ? !never : seconds < RotateWithin.Min)
        {
            Fail(ReasonCode.Incomplete);
        }

        return seconds;
    }

    private string Required(string path)
    {
        var text = record.Text(path);
        if (string.IsNullOrEmpty(text))
        {
            Fail(ReasonCode.Incomplete);
        }

        return text ?? "";
    }

    private T Axis<T>(string path, Func<string, T?> wordToValue)
        where T : struct
    {
        var word = Required(path);
        if (word.Length > 0 && wordToValue(word) is { } value)
        {
            return value;
        }

        if (word.Length > 0)
        {
            Fail(ReasonCode.IllegalType);
        }

        return default;
    }

    private string RequiredWord(string path, params ReadOnlySpan<string> words) => Known(Required(path), words);

    private string Word(string path, string ifAbsent, params ReadOnlySpan<string> words) => Known(record.Text(path) ?? ifAbsent, words);

    private string Known(string word, ReadOnlySpan<string> words)
    {
        if (!words.Contains(word))
        {
            Fail(ReasonCode.Incomplete);
        }

        return word;
    }

    private ReadOnlyMemory<byte> Octets(string path)
    {
        if (record.Leaves.TryGetValue(path, out var leaf))
        {
            return leaf.Octets;
        }

        Fail(ReasonCode.Incomplete);
        return default;
    }

    /// <summary>A number in plain decimal without sign or leading zeros; null if the text is anything else (DEL-102).</summary>
    public static long? PlainNumber(string text) =>
        text.All(char.IsAsciiDigit) && (text.Length == 1 || !text.StartsWith('0')) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private long? Number(string path, long min, long max, bool required = false)
    {
        var text = required ? Required(path) : record.Text(path);
        if (text is null)
        {
            return null;
        }

        if (PlainNumber(text) is { } number && number >= min && number <= max)
        {
            return number;
        }

        Fail(ReasonCode.Incomplete);
        return null;
    }

    private DateTimeOffset? Time(string path)
    {
        if (record.Text(path) is not { } text)
        {
            return null;
        }

        var time = BasicTime.Parse(text);
        if (time is null)
        {
            Fail(ReasonCode.Incomplete);
        }

        return time;
    }

    /// <summary>A missing or malformed leaf comes before an unknown word: DEL-102 is checked before DEL-103.</summary>
    private void Fail(ReasonCode fault) => _fault = _fault is null || fault == ReasonCode.Incomplete ? fault : _fault;
}
