using System.Collections.Immutable;
using DmDelegation.Protocol;
using FsCheck;
using FsCheck.Fluent;
using Status = DmDelegation.Protocol.Status;

namespace DmDelegation.Tests.Protocol;

[TestClass]
public sealed class RandomMessageTests
{
    [TestMethod]
    public void Any_message_that_is_written_is_read_back_and_measured_right() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Arb.From(Messages), message =>
            {
                var octets = SyncMLXml.Write(message);
                var measured = SyncMLXml.MeasureEnvelope(message.Header, message.Final) + message.Commands.Sum(SyncMLXml.Measure);
                return message.Equals(SyncMLXml.Read(octets, MessageLimits.Default)) && octets.Length == measured;
            }));

    private static Gen<T?> Maybe<T>(Gen<T> gen) where T : class => Gen.Frequency((1, Gen.Constant<T?>(null)), (2, gen.Select(value => (T?)value)));

    private static Gen<ImmutableArray<T>> Some<T>(Gen<T> gen, int most) =>
        Gen.Choose(0, most).SelectMany(count => gen.ListOf(count)).Select(list => list.ToImmutableArray());

    // Text of identifiers has no white space at its ends (REP-022).
    private static readonly Gen<string> Texts =
        Gen.Elements("a", "1", "./A/b c", "x&y", "<z>", "]]>", "é€😀", "\"'", "a\r\nb", "MinMax=1&T=<2>", "Type;q=0.5");

    private static readonly Gen<ItemData> Datas = Gen.OneOf(
        Gen.Elements("", " ", "\r", "\n\t", "<a>&amp;</a>", "<![CDATA[x]]>", "\uFFFD\uE000", new string('é', 5000)).Select(ItemData.FromText),
        Texts.ListOf(3).Select(list => ItemData.FromText(string.Join(' ', list))));

    private static readonly Gen<long?> Numbers = Gen.Elements<long?>(null, 0, 1, 16384, long.MaxValue);

    private static readonly Gen<Location> Locations = from uri in Texts from name in Maybe(Texts) select new Location(uri, name);

    private static readonly Gen<MetaInfo> Metas =
        from format in Maybe(Texts)
        from type in Maybe(Texts)
        from mark in Maybe(Texts)
        from nonce in Maybe(Texts)
        from size in Numbers
        from message in Numbers
        from largest in Numbers
        select new MetaInfo
        {
            Format = format,
            Type = type,
            Mark = mark,
            NextNonce = nonce,
            Size = size,
            MaxMsgSize = message,
            MaxObjSize = largest,
        };

    private static readonly Gen<Cred> Creds = from meta in Maybe(Metas) from data in Texts select new Cred(meta, data);

    private static readonly Gen<Item> Items =
        from target in Maybe(Locations)
        from source in Maybe(Locations)
        from meta in Maybe(Metas)
        from data in Maybe(Datas)
        from more in Gen.Elements(false, true)
        select new Item { Target = target, Source = source, Meta = meta, Data = data, MoreData = more };

    private static readonly Gen<Command> ItemCommands =
        from id in Texts
        from meta in Maybe(Metas)
        from text in Maybe(Texts)
        from correlator in Maybe(Texts)
        from items in Some(Items, 3)
        from command in Gen.Elements<Command>(
            new Add(id, meta, items), new Replace(id, meta, items), new Delete(id, meta, items), new Get(id, meta, items), new Copy(id, meta, items),
            new Exec(id, meta, correlator, items), new Alert(id, text, correlator, items), new Results(id, text, "7", meta, correlator, text, items))
        select command;

    private static readonly Gen<Command> Statuses =
        from id in Texts
        from cmd in Texts
        from targets in Some(Texts, 2)
        from sources in Some(Texts, 2)
        from cred in Maybe(Creds)
        from chal in Maybe(Metas.Select(meta => new Chal(meta)))
        from code in Gen.Choose(100, 999)
        from items in Some(Items, 2)
        select (Command)new Status(id, "1", "0", cmd, targets, sources, cred, chal, code, items);

    private static Gen<Command> Commands(int depth) =>
        depth == 0 ? Gen.OneOf(ItemCommands, Statuses) : Gen.Frequency((4, ItemCommands), (1, Statuses), (1, Containers(depth)));

    private static Gen<Command> Containers(int depth) =>
        from id in Texts
        from meta in Maybe(Metas)
        from children in Some(Commands(depth - 1), 3)
        from command in Gen.Elements<Command>(new Atomic(id, meta, children), new Sequence(id, meta, children))
        select command;

    private static readonly Gen<SyncHdr> Headers =
        from session in Texts
        from id in Gen.Choose(1, int.MaxValue)
        from target in Locations
        from source in Locations
        from resp in Maybe(Texts)
        from cred in Maybe(Creds)
        from meta in Maybe(Metas)
        select new SyncHdr { SessionID = session, MsgID = id, Target = target, Source = source, RespURI = resp, Cred = cred, Meta = meta };

    private static readonly Gen<SyncMLMessage> Messages =
        from header in Headers
        from commands in Some(Commands(2), 5)
        from final in Gen.Elements(false, true)
        select new SyncMLMessage(header, commands, final);
}
