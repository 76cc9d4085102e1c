namespace DmDelegation.Platform.Store;

/// <summary>
/// What the database looks like. The version counts every change that an older agent could not read (DEL-297). It stands in the file's header
/// too (user_version), where a package that is about to replace this agent by an older one finds it without any program of ours.
/// </summary>
internal static class StoreSchema
{
    public const long Version = 1;

    public const string Create = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE node (
          id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL,
          acl TEXT, title TEXT NOT NULL, tstamp INTEGER NOT NULL, verno INTEGER NOT NULL, permanent INTEGER NOT NULL, access INTEGER NOT NULL,
          secret INTEGER NOT NULL) STRICT;
        CREATE TABLE document (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('format', 1);
        PRAGMA user_version = 1;
        """;

    public const string MetaFormat = "format";
    public const string MetaNextNodeId = "next-node-id";

    // Kinds of document: one row per entry of the dictionaries of AgentState, one each for the clock and the device.
    public const string Record = "record";
    public const string Tombstone = "tombstone";
    public const string Outbox = "outbox";
    public const string Operation = "operation";
    public const string Server = "server";
    public const string Evidence = "audit-evidence";
    public const string Noise = "audit-noise";
    public const string Clock = "clock";
    public const string Device = "device";
}
