CREATE TABLE "idempotent_request" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"request_sealed" "bytea" NOT NULL,
	"status" integer,
	"answer_sealed" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotent_request_key" UNIQUE("actor","route","key")
);
--> statement-breakpoint
CREATE INDEX "idempotent_request_age" ON "idempotent_request" USING btree ("created_at");